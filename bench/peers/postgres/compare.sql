-- Nothing, if the cases made anew are those that stand, column for column.
(SELECT * FROM cases EXCEPT SELECT * FROM cases_again)
UNION ALL
(SELECT * FROM cases_again EXCEPT SELECT * FROM cases)
LIMIT 1;
