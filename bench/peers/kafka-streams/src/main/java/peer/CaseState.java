package peer;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/** A case with its lead order: what the commands need to know, and what a page about the case shows. */
final class CaseState {
  static final byte REGISTERED = 1;
  static final byte TRIAGED = 2;
  static final byte DISPATCHING = 3;
  static final byte IN_PROGRESS = 4;

  static final byte NO_ORDER = 0;
  static final byte ORDER_DISPATCHED = 11;
  static final byte ORDER_SIGNED = 12;
  static final byte ORDER_HANDLING = 13;
  static final byte ORDER_SUBMITTED = 14;

  /** How many command ids are kept, so that the same command takes effect once. */
  private static final int MOST_HANDLED = 16;

  long version;
  byte status;
  int station;
  byte priority;
  byte handlingClass;
  byte tier;
  byte[] youth = new byte[Layout.ID];
  long registeredAt;
  long triagedAt;
  long dispatchDue;

  byte orderStatus = NO_ORDER;
  byte[] orderId = new byte[Layout.ID];
  int orderStation;
  int dispatchedBy;
  byte solved;
  long dispatchedAt;
  long signDue;
  long firstContactDue;
  long handleDue;
  long signedAt;
  long contactedAt;
  long submittedAt;
  long reviewDue;

  private int handledCount;
  private byte[] handled = new byte[0];

  /** The version that this command made, or 0 if it has not been handled (or long ago). */
  long handledAs(byte[] command) {
    for (int i = 0; i < handledCount; i++) {
      if (java.util.Arrays.equals(
          handled,
          i * Layout.ID,
          (i + 1) * Layout.ID,
          command,
          Layout.COMMAND_ID,
          Layout.COMMAND_ID + Layout.ID)) {
        return version - handledCount + i + 1;
      }
    }
    return 0;
  }

  void remember(byte[] command) {
    int keep = Math.min(handledCount, MOST_HANDLED - 1);
    byte[] next = new byte[(keep + 1) * Layout.ID];
    System.arraycopy(handled, (handledCount - keep) * Layout.ID, next, 0, keep * Layout.ID);
    System.arraycopy(command, Layout.COMMAND_ID, next, keep * Layout.ID, Layout.ID);
    handled = next;
    handledCount = keep + 1;
  }

  private static final int FIXED = 8 + 1 + 4 + 3 + 16 + 3 * 8 + 1 + 16 + 8 + 1 + 8 * 8 + 1;

  private static byte[] write(CaseState state) {
    if (state == null) {
      return null;
    }
    ByteBuffer out = ByteBuffer.allocate(FIXED + state.handledCount * Layout.ID);
    out.putLong(state.version).put(state.status).putInt(state.station);
    out.put(state.priority).put(state.handlingClass).put(state.tier).put(state.youth);
    out.putLong(state.registeredAt).putLong(state.triagedAt).putLong(state.dispatchDue);
    out.put(state.orderStatus).put(state.orderId);
    out.putInt(state.orderStation).putInt(state.dispatchedBy).put(state.solved);
    out.putLong(state.dispatchedAt).putLong(state.signDue).putLong(state.firstContactDue);
    out.putLong(state.handleDue).putLong(state.signedAt).putLong(state.contactedAt);
    out.putLong(state.submittedAt).putLong(state.reviewDue);
    out.put((byte) state.handledCount).put(state.handled);
    return out.array();
  }

  private static CaseState read(byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CaseState state = new CaseState();
    state.version = in.getLong();
    state.status = in.get();
    state.station = in.getInt();
    state.priority = in.get();
    state.handlingClass = in.get();
    state.tier = in.get();
    in.get(state.youth);
    state.registeredAt = in.getLong();
    state.triagedAt = in.getLong();
    state.dispatchDue = in.getLong();
    state.orderStatus = in.get();
    in.get(state.orderId);
    state.orderStation = in.getInt();
    state.dispatchedBy = in.getInt();
    state.solved = in.get();
    state.dispatchedAt = in.getLong();
    state.signDue = in.getLong();
    state.firstContactDue = in.getLong();
    state.handleDue = in.getLong();
    state.signedAt = in.getLong();
    state.contactedAt = in.getLong();
    state.submittedAt = in.getLong();
    state.reviewDue = in.getLong();
    state.handledCount = in.get();
    state.handled = new byte[state.handledCount * Layout.ID];
    in.get(state.handled);
    return state;
  }

  static Serde<CaseState> serde() {
    Serializer<CaseState> serializer = (topic, state) -> write(state);
    Deserializer<CaseState> deserializer = (topic, bytes) -> read(bytes);
    return Serdes.serdeFrom(serializer, deserializer);
  }
}
