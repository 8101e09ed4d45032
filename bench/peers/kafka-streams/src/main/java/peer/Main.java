package peer;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.Stores;

/**
 * One instance: commands topic, decide with its two stores, journal topic, exactly once. Arguments are
 * name=value; it prints each state that the instance takes, and ends cleanly on TERM.
 */
final class Main {
  private static final Map<String, String> KNOWN =
      Map.of(
          "brokers", "",
          "application", "streams-peer",
          "commands", "streams.commands",
          "journal", "streams.journal",
          "state", "",
          "commit-ms", "100",
          "threads", "2",
          "standby", "0",
          "session-ms", "45000");

  public static void main(String[] args) throws InterruptedException {
    Map<String, String> given = parse(args);
    KafkaStreams streams = new KafkaStreams(topology(given), settings(given));
    CountDownLatch done = new CountDownLatch(1);
    RestoreWatch watch = new RestoreWatch();
    streams.setGlobalStateRestoreListener(watch);
    streams.setStateListener(
        (next, last) -> {
          if (next == KafkaStreams.State.RUNNING) {
            watch.print();
          }
          System.out.println("state " + next);
        });
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  streams.close(Duration.ofSeconds(20));
                  done.countDown();
                }));
    streams.start();
    done.await();
  }

  private static Map<String, String> parse(String[] args) {
    Map<String, String> given = new HashMap<>(KNOWN);
    for (String arg : args) {
      int at = arg.indexOf('=');
      if (at < 0 || given.replace(arg.substring(0, at), arg.substring(at + 1)) == null) {
        throw new IllegalArgumentException(arg + ": known are " + KNOWN.keySet() + ", as name=value");
      }
    }
    return given;
  }

  private static Topology topology(Map<String, String> given) {
    // Caching: a case or count that changes several times between two commits is written, and sent to the
    // changelog, once.
    var cases =
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(DecideProcessor.CASES),
                Serdes.ByteArray(),
                CaseState.serde())
            .withCachingEnabled();
    var workloads =
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(DecideProcessor.WORKLOADS),
                Serdes.ByteArray(),
                Serdes.Long())
            .withCachingEnabled();
    var bytes = new ByteArraySerializer();
    return new Topology()
        .addSource(
            "commands",
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            given.get("commands"))
        .addProcessor("decide", DecideProcessor::new, "commands")
        .addStateStore(cases, "decide")
        .addStateStore(workloads, "decide")
        .addSink("journal", given.get("journal"), bytes, bytes, "decide");
  }

  private static Properties settings(Map<String, String> given) {
    Properties set = new Properties();
    set.put(StreamsConfig.APPLICATION_ID_CONFIG, given.get("application"));
    set.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, given.get("brokers"));
    set.put(StreamsConfig.STATE_DIR_CONFIG, given.get("state"));
    set.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    set.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, given.get("commit-ms"));
    set.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, given.get("threads"));
    set.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, given.get("standby"));
    set.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);
    set.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocks.class);
    set.put(StreamsConfig.METRICS_RECORDING_LEVEL_CONFIG, "INFO");
    // A thread that waits for input does not commit: it must not wait longer than a commit may.
    set.put(StreamsConfig.POLL_MS_CONFIG, Math.min(10, Integer.parseInt(given.get("commit-ms"))));
    set.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    // The first record after a commit is often told to come again: not after the 100 ms of the default.
    set.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 2);
    set.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 << 10);
    set.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 64L << 20);
    set.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 4000);
    set.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    int session = Integer.parseInt(given.get("session-ms"));
    set.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), session);
    set.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
        Math.min(3000, session / 4));
    // What an instance leaves open when it is killed holds its readers up for as long as this.
    set.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        Math.min(10_000, session));
    return set;
  }

  private Main() {}
}
