// Dispatch and supervision: returns, the way of a case through the stations, urgings.
#include "projections/measure_rules.h"

namespace toono::rules {

Count return_asked(const OrderFact& order, const Frame& frame) {
  return counted(in(order.dispatched, frame), bool(order.return_asked));
}
Count return_upheld(const OrderFact& order, const Frame& frame) {
  return counted(in(order.return_asked, frame) && order.return_ruled, order.return_upheld != 0);
}
Count return_refused(const OrderFact& order, const Frame& frame) {
  return counted(in(order.return_asked, frame) && order.return_ruled, order.return_upheld == 0);
}
Count level_raised(const OrderFact& order, const Frame& frame) {
  return counted(in(order.dispatched, frame), bool(order.level_raised));
}
Count urged(const OrderFact& order, const Frame& frame) {
  return counted(in(order.dispatched, frame), order.urge_count != 0, order.urge_count);
}
Count first_dispatch_right(const CaseFact& intake, const Frame& frame) {
  return counted(in(intake.first_dispatch, frame), intake.first_returned == 0);
}
Count hops(const CaseFact& intake, const Frame& frame) {
  return counted(in(intake.first_dispatch, frame), true, intake.orders);
}
Count problem_marked(const CaseFact& outcome, const Frame& frame) {
  return counted(in(outcome.first_dispatch, frame), bool(outcome.problem_marked));
}

}  // namespace toono::rules
