// Dispatch and supervision: returns, the way of a case through the stations, urgings.
#include "projections/measure_rules.h"

namespace toono::rules {

Count return_asked(const OrderFact& order, const Frame& frame) {
  return counted(in(order.dispatched, frame), bool(order.return_asked))
      .looking_at({.moment = order.return_asked, .since = order.dispatched});
}
Count return_upheld(const OrderFact& order, const Frame& frame) {
  return counted(in(order.return_asked, frame) && order.return_ruled, order.return_upheld != 0)
      .looking_at({.moment = order.return_ruled, .since = order.return_asked});
}
Count return_refused(const OrderFact& order, const Frame& frame) {
  return counted(in(order.return_asked, frame) && order.return_ruled, order.return_upheld == 0)
      .looking_at({.moment = order.return_ruled, .since = order.return_asked});
}
Count level_raised(const OrderFact& order, const Frame& frame) {
  return counted(in(order.dispatched, frame), bool(order.level_raised))
      .looking_at({.moment = order.level_raised, .since = order.dispatched});
}
Count urged(const OrderFact& order, const Frame& frame) {
  return counted(in(order.dispatched, frame), order.urge_count != 0, order.urge_count)
      .looking_at({.since = order.dispatched});
}
Count first_dispatch_right(const CaseFact& intake, const Frame& frame) {
  return counted(in(intake.first_dispatch, frame), intake.first_returned == 0)
      .looking_at({.moment = intake.first_dispatch, .since = intake.first_dispatch});
}
Count hops(const CaseFact& intake, const Frame& frame) {
  return counted(in(intake.first_dispatch, frame), true, intake.orders)
      .looking_at({.moment = intake.first_dispatch, .since = intake.first_dispatch});
}
Count problem_marked(const CaseFact& outcome, const Frame& frame) {
  return counted(in(outcome.first_dispatch, frame), bool(outcome.problem_marked))
      .looking_at({.moment = outcome.problem_marked, .since = outcome.first_dispatch});
}

}  // namespace toono::rules
