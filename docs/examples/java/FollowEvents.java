import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads the public events of a deployment from their beginning and prints one line an event.
 *
 * <pre>
 * mvn -f docs/examples/java/pom.xml dependency:copy-dependencies
 * java -cp 'docs/examples/java/target/dependency/*' docs/examples/java/FollowEvents.java BROKERS [DEPLOYMENT] [--once]
 * </pre>
 */
public final class FollowEvents {
  /** An event's place in its partition. */
  record Place(long seq, int index) implements Comparable<Place> {
    static Place of(String id) {
      String[] parts = id.split(":");
      return new Place(Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
    }

    @Override
    public int compareTo(Place other) {
      return seq != other.seq ? Long.compare(seq, other.seq) : Integer.compare(index, other.index);
    }
  }

  private final Map<Integer, Place> last = new HashMap<>();

  public static void main(String[] typed) {
    List<String> words = new ArrayList<>(List.of(typed));
    boolean once = words.remove("--once");
    String topic = (words.size() > 1 ? words.get(1) : "toono") + ".events.v1";
    Properties settings = new Properties();
    settings.put("bootstrap.servers", words.get(0));
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", StringDeserializer.class.getName());
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "none");
    try (var consumer = new KafkaConsumer<String, String>(settings)) {
      new FollowEvents().follow(consumer, topic, once);
    }
  }

  private void follow(KafkaConsumer<String, String> consumer, String topic, boolean once) {
    List<TopicPartition> partitions = new ArrayList<>();
    consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Set<TopicPartition> open = new HashSet<>(partitions);
    while (!once || !open.isEmpty()) {
      for (ConsumerRecord<String, String> event : consumer.poll(Duration.ofMillis(200))) take(event);
      open.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
    }
  }

  private void take(ConsumerRecord<String, String> event) {
    String id = header(event, "ce_id");
    Place place = Place.of(id);
    Place before = last.get(event.partition());
    if (before != null && place.compareTo(before) <= 0) return; // it has been seen: records may come twice
    last.put(event.partition(), place);
    System.out.println(
        id + " " + header(event, "ce_type") + " " + header(event, "ce_subject") + " " + header(event, "ce_time")
            + " " + event.value());
  }

  private static String header(ConsumerRecord<String, String> event, String name) {
    Header header = event.headers().lastHeader(name);
    return header == null ? "-" : new String(header.value(), StandardCharsets.UTF_8);
  }
}
