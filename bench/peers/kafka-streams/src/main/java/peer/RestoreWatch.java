package peer;

import java.util.Locale;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** How many changelog records the stores were made from, and how long that took. */
final class RestoreWatch implements StateRestoreListener {
  private long records;
  private long began;
  private long ended;

  @Override
  public synchronized void onRestoreStart(TopicPartition partition, String store, long from, long to) {
    began = began == 0 ? System.nanoTime() : began;
  }

  @Override
  public void onBatchRestored(TopicPartition partition, String store, long to, long count) {
    // The sum comes at the end.
  }

  @Override
  public synchronized void onRestoreEnd(TopicPartition partition, String store, long count) {
    records += count;
    ended = System.nanoTime();
  }

  synchronized void print() {
    if (records > 0) {
      System.out.printf(Locale.ROOT, "restored %d %.3f%n", records, (ended - began) / 1e9);
    }
    records = 0;
    began = 0;
  }
}
