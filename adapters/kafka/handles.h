// librdkafka's objects, owned. Only adapters/kafka includes its header.
#pragma once

#include <memory>

#include "librdkafka/rdkafka.h"

namespace toono {

template <auto destroy>
struct KafkaDelete {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};
/// A consumer leaves its group before it goes, so that the others need not wait for its session to end.
struct ConsumerDelete {
  void operator()(rd_kafka_t* consumer) const {
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
  }
};

/// A producer, or a client for the Admin API. What it has queued and not sent is dropped with it: flush
/// first.
using ProducerPtr = std::unique_ptr<rd_kafka_t, KafkaDelete<rd_kafka_destroy>>;
using ConsumerPtr = std::unique_ptr<rd_kafka_t, ConsumerDelete>;
using KafkaConfPtr = std::unique_ptr<rd_kafka_conf_t, KafkaDelete<rd_kafka_conf_destroy>>;
using KafkaTopicPtr = std::unique_ptr<rd_kafka_topic_t, KafkaDelete<rd_kafka_topic_destroy>>;
using KafkaQueuePtr = std::unique_ptr<rd_kafka_queue_t, KafkaDelete<rd_kafka_queue_destroy>>;
using KafkaMessagePtr = std::unique_ptr<rd_kafka_message_t, KafkaDelete<rd_kafka_message_destroy>>;
using KafkaEventPtr = std::unique_ptr<rd_kafka_event_t, KafkaDelete<rd_kafka_event_destroy>>;
using KafkaErrorPtr = std::unique_ptr<rd_kafka_error_t, KafkaDelete<rd_kafka_error_destroy>>;
using KafkaHeadersPtr = std::unique_ptr<rd_kafka_headers_t, KafkaDelete<rd_kafka_headers_destroy>>;
using PartitionListPtr =
    std::unique_ptr<rd_kafka_topic_partition_list_t, KafkaDelete<rd_kafka_topic_partition_list_destroy>>;
using AdminOptionsPtr = std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDelete<rd_kafka_AdminOptions_destroy>>;
using NewTopicPtr = std::unique_ptr<rd_kafka_NewTopic_t, KafkaDelete<rd_kafka_NewTopic_destroy>>;
using DeleteTopicPtr = std::unique_ptr<rd_kafka_DeleteTopic_t, KafkaDelete<rd_kafka_DeleteTopic_destroy>>;
using NewPartitionsPtr =
    std::unique_ptr<rd_kafka_NewPartitions_t, KafkaDelete<rd_kafka_NewPartitions_destroy>>;
using ConfigResourcePtr =
    std::unique_ptr<rd_kafka_ConfigResource_t, KafkaDelete<rd_kafka_ConfigResource_destroy>>;
using DeleteRecordsPtr =
    std::unique_ptr<rd_kafka_DeleteRecords_t, KafkaDelete<rd_kafka_DeleteRecords_destroy>>;

struct MetadataDelete {
  void operator()(const struct rd_kafka_metadata* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using MetadataPtr = std::unique_ptr<const struct rd_kafka_metadata, MetadataDelete>;

}  // namespace toono
