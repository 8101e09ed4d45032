package peer;

import java.nio.ByteBuffer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Reads a case, decides, writes the case and the workload counts, passes the decision on. The counts are kept
 * by partition and added up by who asks: counting through a topic of its own would cost every command another
 * way through the broker.
 */
final class DecideProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  static final String CASES = "cases";
  static final String WORKLOADS = "workloads";

  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<byte[], CaseState> cases;
  private KeyValueStore<byte[], Long> workloads;

  @Override
  public void init(ProcessorContext<byte[], byte[]> given) {
    context = given;
    cases = given.getStateStore(CASES);
    workloads = given.getStateStore(WORKLOADS);
  }

  @Override
  public void process(Record<byte[], byte[]> message) {
    byte[] command = message.value();
    CaseState state = cases.get(message.key());
    long before = state == null || command.length != Layout.SIZE ? 0 : state.handledAs(command);
    Rejection no = before != 0 ? Rejection.NONE : Decider.decide(command, state);
    byte[] decision = command.clone();
    if (no != Rejection.MALFORMED_COMMAND) {
      long version = before;
      if (no == Rejection.NONE && before == 0) {
        state = state == null ? new CaseState() : state;
        Layout.putLong(decision, Layout.DUE, change(message.key(), command, state));
        version = state.version;
      }
      decision[Layout.OUTCOME] = (byte) no.ordinal();
      Layout.putLong(decision, Layout.VERSION, version);
      Layout.putLong(decision, Layout.DECIDED_AT, context.currentSystemTimeMs());
    }
    context.forward(message.withValue(decision));
  }

  private long change(byte[] key, byte[] command, CaseState state) {
    byte status = state.status;
    byte orderStatus = state.orderStatus;
    long due = Decider.evolve(command, state);
    cases.put(key, state);
    if (state.status != status) {
      count(state.station, status, -1);
      count(state.station, state.status, 1);
    }
    if (state.orderStatus != orderStatus) {
      count(state.orderStation, orderStatus, -1);
      count(state.orderStation, state.orderStatus, 1);
    }
    return due;
  }

  private void count(int station, byte status, long by) {
    if (status == 0) {
      return;
    }
    byte[] key = ByteBuffer.allocate(5).putInt(station).put(status).array();
    Long now = workloads.get(key);
    workloads.put(key, (now == null ? 0 : now) + by);
  }
}
