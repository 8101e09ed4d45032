package peer;

/**
 * decide: a command against the state of its case, guards first. evolve: the state that an accepted command
 * leaves behind. Both without I/O. Due dates are fixed spans here: the working calendar is left out, in the
 * peer's favour.
 */
final class Decider {
  static final byte REGISTER = 1;
  static final byte TRIAGE = 2;
  static final byte DISPATCH = 3;
  static final byte SIGN = 4;
  static final byte CONTACT_CALLER = 5;
  static final byte SUBMIT = 6;

  private static final long HOUR = 3_600_000L;
  private static final long DAY = 24 * HOUR;

  static Rejection decide(byte[] command, CaseState state) {
    if (command.length != Layout.SIZE || command[Layout.FORMAT] != 1) {
      return Rejection.MALFORMED_COMMAND;
    }
    int station = Layout.intAt(command, Layout.STATION);
    if (!Stations.known(station)) {
      return Rejection.ACTOR_UNKNOWN;
    }
    if (!Stations.employs(station, Layout.intAt(command, Layout.ACTOR))) {
      return Rejection.ACTOR_NOT_OF_STATION;
    }
    return switch (command[Layout.KIND]) {
      case REGISTER -> state != null ? Rejection.CASE_EXISTS : Rejection.NONE;
      case TRIAGE -> triage(state, station);
      case DISPATCH -> dispatch(command, state, station);
      case SIGN -> sign(command, state, station);
      case CONTACT_CALLER -> contactCaller(command, state, station);
      case SUBMIT -> submit(command, state, station);
      default -> Rejection.UNKNOWN_COMMAND;
    };
  }

  private static Rejection triage(CaseState state, int station) {
    if (state == null) {
      return Rejection.CASE_UNKNOWN;
    }
    if (!Stations.within(state.station, station)) {
      return Rejection.NOT_THIS_STATION;
    }
    return state.status == CaseState.REGISTERED || state.status == CaseState.TRIAGED
        ? Rejection.NONE
        : Rejection.CASE_NOT_TRIABLE;
  }

  private static Rejection dispatch(byte[] command, CaseState state, int station) {
    if (state == null) {
      return Rejection.CASE_UNKNOWN;
    }
    if (state.orderStatus != CaseState.NO_ORDER) {
      return Rejection.LIVE_LEAD_EXISTS;
    }
    if (state.status != CaseState.TRIAGED) {
      return Rejection.CASE_NOT_TRIAGED;
    }
    int target = Layout.intAt(command, Layout.TARGET);
    if (!Stations.known(target)) {
      return Rejection.STATION_UNKNOWN;
    }
    return Stations.within(target, station)
        ? Rejection.NONE
        : Rejection.STATION_NOT_UNDER_DISPATCHER;
  }

  private static Rejection ofOrder(byte[] command, CaseState state, int station) {
    if (state == null) {
      return Rejection.CASE_UNKNOWN;
    }
    if (state.orderStatus == CaseState.NO_ORDER
        || !Layout.sameId(state.orderId, command, Layout.ORDER_ID)) {
      return Rejection.ORDER_UNKNOWN;
    }
    if (!Stations.within(state.orderStation, station)) {
      return Rejection.NOT_THIS_STATION;
    }
    return Rejection.NONE;
  }

  private static Rejection sign(byte[] command, CaseState state, int station) {
    Rejection no = ofOrder(command, state, station);
    if (no != Rejection.NONE) {
      return no;
    }
    return state.signedAt != 0 ? Rejection.ORDER_ALREADY_SIGNED : Rejection.NONE;
  }

  private static Rejection contactCaller(byte[] command, CaseState state, int station) {
    Rejection no = ofOrder(command, state, station);
    if (no != Rejection.NONE) {
      return no;
    }
    return state.signedAt == 0 ? Rejection.ORDER_NOT_SIGNED : Rejection.NONE;
  }

  private static Rejection submit(byte[] command, CaseState state, int station) {
    Rejection no = ofOrder(command, state, station);
    if (no != Rejection.NONE) {
      return no;
    }
    if (state.orderStatus == CaseState.ORDER_SUBMITTED) {
      return Rejection.ORDER_NOT_LIVE;
    }
    if (state.signedAt == 0) {
      return Rejection.ORDER_NOT_SIGNED;
    }
    return state.contactedAt == 0 ? Rejection.CALLER_NOT_CONTACTED : Rejection.NONE;
  }

  /** Of an accepted command only; returns the due date that the decision names. */
  static long evolve(byte[] command, CaseState state) {
    long at = Layout.longAt(command, Layout.OCCURRED_AT);
    state.version++;
    state.remember(command);
    switch (command[Layout.KIND]) {
      case REGISTER -> {
        state.status = CaseState.REGISTERED;
        state.station = Layout.intAt(command, Layout.STATION);
        state.youth = Layout.idAt(command, Layout.YOUTH);
        state.registeredAt = at;
        return at + HOUR / 2;
      }
      case TRIAGE -> {
        state.status = CaseState.TRIAGED;
        state.priority = command[Layout.PRIORITY];
        state.handlingClass = command[Layout.HANDLING_CLASS];
        state.tier = command[Layout.TIER];
        state.triagedAt = at;
        state.dispatchDue = at + DAY;
        return state.dispatchDue;
      }
      case DISPATCH -> {
        state.status = CaseState.DISPATCHING;
        state.orderStatus = CaseState.ORDER_DISPATCHED;
        state.orderId = Layout.idAt(command, Layout.COMMAND_ID);
        state.orderStation = Layout.intAt(command, Layout.TARGET);
        state.dispatchedBy = Layout.intAt(command, Layout.STATION);
        state.dispatchedAt = at;
        state.signDue = at + DAY;
        state.firstContactDue = at + DAY;
        state.handleDue = at + 7 * DAY;
        return state.handleDue;
      }
      case SIGN -> {
        state.status = CaseState.IN_PROGRESS;
        state.orderStatus = CaseState.ORDER_SIGNED;
        state.signedAt = at;
        return state.firstContactDue;
      }
      case CONTACT_CALLER -> {
        if (state.contactedAt == 0) {
          state.contactedAt = at;
          state.orderStatus = CaseState.ORDER_HANDLING;
        }
        return state.handleDue;
      }
      case SUBMIT -> {
        state.orderStatus = CaseState.ORDER_SUBMITTED;
        state.submittedAt = at;
        state.solved = command[Layout.SOLVED];
        state.reviewDue = at + DAY;
        return state.reviewDue;
      }
      default -> throw new IllegalStateException("decide() lets no other kind through");
    }
  }

  private Decider() {}
}
