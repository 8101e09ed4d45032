package peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Where the fields of a command and of a decision stand: the Java half of bench/kafka/peer_command.h. */
final class Layout {
  static final int FORMAT = 0;
  static final int KIND = 1;
  static final int OUTCOME = 2;
  static final int VERSION = 4;
  static final int DECIDED_AT = 12;
  static final int COMMAND_ID = 20;
  static final int ORDER_ID = 52;
  static final int STATION = 68;
  static final int ACTOR = 72;
  static final int TARGET = 76;
  static final int PRIORITY = 80;
  static final int HANDLING_CLASS = 81;
  static final int TIER = 82;
  static final int SOLVED = 83;
  static final int YOUTH = 84;
  static final int OCCURRED_AT = 100;
  static final int DUE = 108;
  static final int SIZE = 300;
  static final int ID = 16;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  static int intAt(byte[] record, int at) {
    return (int) INT.get(record, at);
  }

  static long longAt(byte[] record, int at) {
    return (long) LONG.get(record, at);
  }

  static void putLong(byte[] record, int at, long value) {
    LONG.set(record, at, value);
  }

  static byte[] idAt(byte[] record, int at) {
    return Arrays.copyOfRange(record, at, at + ID);
  }

  static boolean sameId(byte[] id, byte[] record, int at) {
    return Arrays.equals(id, 0, ID, record, at, at + ID);
  }

  private Layout() {}
}
