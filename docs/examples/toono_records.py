"""Reads the records of a Toono journal with nothing of Toono's but the .fbs files: FlatBuffers by the names in
them, segment files as docs/log_format.md describes them, the topics of a broker (pip install confluent-kafka).
"""
import functools
import mmap
import os
import re
import struct

from crc32c import crc32c

# ---- the schemas: enough of the .fbs language to read the records by the names in them

SCALARS = {"bool": "?", "byte": "b", "ubyte": "B", "short": "h", "ushort": "H", "int": "i", "uint": "I",
           "long": "q", "ulong": "Q", "float": "f", "double": "d"}


def uuid_text(digits):
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class Schemas:
    def __init__(self, folder):
        self.tables, self.structs, self.enums, self.unions = {}, {}, {}, {}
        for name in ("common", "registry", "events", "journal"):
            with open(os.path.join(folder, name + ".fbs"), encoding="utf-8") as file:
                text = re.sub(r"//[^\n]*", "", file.read())
            for found in re.findall(r"(table|struct|enum|union)\s+(\w+)(?::(\w+))?\s*\{([^}]*)\}", text):
                self.declare(*found)

    def declare(self, kind, name, base, body):
        if kind == "enum":
            pairs = (entry.split("=") for entry in body.split(",") if entry.strip())
            self.enums[name] = (base, {int(number): word.strip() for word, number in pairs})
        elif kind == "union":
            self.unions[name] = [None] + [word.strip() for word in body.split(",")]
        elif kind == "struct":
            self.structs[name] = re.findall(r"(\w+):\s*([\w\[\]:]+)", body)
        else:
            fields = re.findall(r"(\w+):\s*(\[?\w+\]?)\s*(?:=\s*(\w+))?\s*\(id:\s*(\d+)", body)
            self.tables[name] = {field: (type_, default, int(slot)) for field, type_, default, slot in fields}

    def base(self, type_):
        return self.enums[type_][0] if type_ in self.enums else type_

    def size(self, type_):
        """Size and alignment of what stands inline: scalars and structs."""
        type_ = self.base(type_)
        if type_ in SCALARS:
            size = struct.calcsize(SCALARS[type_])
            return size, size
        if array := re.fullmatch(r"\[(\w+):(\d+)\]", type_):
            size, align = self.size(array[1])
            return size * int(array[2]), align
        at, widest = 0, 1
        for _, field in self.structs[type_]:
            size, align = self.size(field)
            at, widest = -(-at // align) * align + size, max(widest, align)
        return -(-at // widest) * widest, widest

    @functools.lru_cache(None)
    def inline(self, type_):
        """What reads a scalar or a struct at (data, at): ids as text, digests in hexadecimal, event refs as 'seq:index'."""
        if type_ in self.enums:
            number, words = self.inline(self.base(type_)), self.enums[type_][1]
            return lambda data, at: words.get((word := number(data, at)), word)
        if type_ in SCALARS:
            unpack = struct.Struct("<" + SCALARS[type_]).unpack_from
            return lambda data, at: unpack(data, at)[0]
        fields, at, parts = self.structs[type_], 0, []
        if fields[0][1] == "[ubyte:16]":
            return lambda data, at: uuid_text(data[at:at + 16].hex())
        if fields[0][1] == "[ubyte:32]":
            return lambda data, at: data[at:at + 32].hex()
        for _, field in fields:
            size, align = self.size(field)
            at = -(-at // align) * align
            parts.append((at, self.inline(field)))
            at += size
        if len(parts) == 1:
            return parts[0][1]
        return lambda data, at: ":".join(str(read(data, at + place)) for place, read in parts)


class Row:
    """A table of FlatBuffers where it stands in a record: row["field"], None where it is absent."""

    def __init__(self, schemas, data, at, name):
        self.schemas, self.data, self.at, self.name = schemas, data, at, name
        self.vtable = at - struct.unpack_from("<i", data, at)[0]
        self.slots = (struct.unpack_from("<H", data, self.vtable)[0] - 4) // 2

    @classmethod
    def root(cls, schemas, data, name, identifier):
        if bytes(data[4:8]) != identifier:
            raise ValueError("it is not a record of this schema")
        return cls(schemas, data, struct.unpack_from("<I", data, 0)[0], name)

    def place(self, slot):
        if slot >= self.slots:
            return None
        offset = struct.unpack_from("<H", self.data, self.vtable + 4 + 2 * slot)[0]
        return self.at + offset if offset else None

    def follow(self, at):
        return at + struct.unpack_from("<I", self.data, at)[0]

    def union(self, field):
        """The name of what a union holds, and the table."""
        type_, _, slot = self.schemas.tables[self.name][field]
        tag_at, at = self.place(slot - 1), self.place(slot)
        members = self.schemas.unions[type_]
        tag = self.data[tag_at] if tag_at else 0
        if not 0 < tag < len(members) or not at:
            raise ValueError(f"{self.name}.{field} holds number {tag}, which these schemas do not know")
        return members[tag], Row(self.schemas, self.data, self.follow(at), members[tag])

    def __getitem__(self, field):
        type_, default, slot = self.schemas.tables[self.name][field]
        at, schemas = self.place(slot), self.schemas
        if type_ in SCALARS or type_ in schemas.enums:
            if at is not None:
                return schemas.inline(type_)(self.data, at)
            number = int(default) if default and default.isdigit() else 0
            return schemas.enums[type_][1].get(number, number) if type_ in schemas.enums else number
        if at is None:
            return [] if type_.startswith("[") else None
        if type_ in schemas.structs:
            return schemas.inline(type_)(self.data, at)
        at = self.follow(at)
        if type_ == "string":
            length = struct.unpack_from("<I", self.data, at)[0]
            return bytes(self.data[at + 4:at + 4 + length]).decode("utf-8")
        if not type_.startswith("["):
            return Row(schemas, self.data, at, type_)
        count = struct.unpack_from("<I", self.data, at)[0]
        return [Row(schemas, self.data, self.follow(at + 4 + 4 * i), type_[1:-1]) for i in range(count)]


# ---- the embedded log, as docs/log_format.md describes it

class Damaged(Exception):
    pass


class EmbeddedLog:
    """Yields (topic, partition, offset, bytes) of every record in the order of the files."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "journal")
        if not os.path.isdir(self.folder):
            raise FileNotFoundError(f"there is no journal in {folder}")
        header = self.header(self.segment(0), 0)
        self.log_id, self.partitions = header[0], header[1]

    def segment(self, number):
        path = os.path.join(self.folder, f"{number:012}.seg")
        if not os.path.exists(path):
            return None
        with open(path, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def header(self, data, number):
        if data is None:
            raise Damaged(f"segment {number} is missing")
        partitions = struct.unpack_from("<H", data, 12)[0]
        end = 48 + 16 * partitions
        if data[:8] != b"TOONOSEG" or crc32c(data[:end]) != struct.unpack_from("<I", data, end)[0]:
            raise Damaged(f"segment {number}: its header cannot be read")
        if struct.unpack_from("<I", data, 8)[0] != 1:
            raise Damaged(f"segment {number}: a format that this reader does not know")
        return data[16:32], partitions, struct.unpack_from("<Q", data, 40)[0], -(-(end + 4) // 512) * 512

    def frame(self, data, segment, at):
        """Number, kind, unsynced and end of the frame at this place; None where there is no good one."""
        if at + 64 > len(data) or data[at:at + 8] != b"TOONOFRM":
            return None
        number, length, kind, unsynced, crc = struct.unpack_from("<QIIII", data, at + 8)
        if crc32c(self.log_id + struct.pack("<Q", segment << 32 | at) + data[at:at + 28]) != crc:
            return None
        end = at + 32 + length
        if end + 16 > len(data):
            return None
        if struct.unpack_from("<QI4s", data, end) != (number, crc32c(data[at:end]), b"Mark"):
            return None
        return number, kind, unsynced, end + 16

    def torn(self, data, segment, at, number):
        """Whether what stands at the end is a frame that was never written whole, and so is dropped."""
        behind = data.find(b"TOONOFRM", at + 16)
        while behind != -1:
            frame = self.frame(data, segment, behind)
            if frame and (frame[0] <= number or frame[0] - number > frame[2]):
                return False
            behind = data.find(b"TOONOFRM", behind + 16)
        mark = data.find(struct.pack("<Q", number), at + 32)
        while mark != -1 and data[mark + 12:mark + 16] != b"Mark":
            mark = data.find(struct.pack("<Q", number), mark + 1)
        if mark == -1:
            return True
        sectors = range(at // 512 * 512, mark + 16, 512)
        return any(not any(data[max(at, sector):min(sector + 512, mark + 16)]) for sector in sectors)

    def records(self):
        segment, data, expected = 0, self.segment(0), None
        _, _, expected, at = self.header(data, 0)
        while True:
            frame = self.frame(data, segment, at)
            if frame is None:
                if any(data[at:at + 32]) and not self.torn(data, segment, at, expected):
                    raise Damaged(f"segment {segment}, byte {at}: the frame was changed")
                following = self.segment(segment + 1)
                if following is not None and any(following[:48]):
                    raise Damaged(f"segment {segment}, byte {at}: a frame is missing")
                return
            number, kind, _, end = frame
            if number != expected:
                raise Damaged(f"segment {segment}, byte {at}: frame {number} where {expected} is next")
            if kind == 0:
                yield from self.body(data, at + 32)
            expected, at = number + 1, end
            if kind == 2:
                segment, data = segment + 1, self.segment(segment + 1)
                if data is not None and not any(data[:512]):
                    return
                first, at = self.header(data, segment)[2:]
                if first != expected:
                    raise Damaged(f"segment {segment} does not go on where the one before it ends")

    def body(self, data, at):
        count = struct.unpack_from("<I", data, at)[0]
        groups = [struct.unpack_from("<BxHIQI4x", data, at + 8 + 24 * i) for i in range(count)]
        lengths_at, lengths = at + 8 + 24 * count, []
        for topic, _, records, _, _ in groups:
            lengths.append(struct.unpack_from(f"<{records}I", data, lengths_at))
            lengths_at += records * (12 if topic == 0 else 4)
        begin = at + -(-(lengths_at - at) // 16) * 16
        for (topic, partition, _, offset, _), sizes in zip(groups, lengths):
            for size in sizes:
                yield "journal" if topic else "inbox", partition, offset, data[begin:begin + size]
                begin, offset = begin + -(-size // 16) * 16, offset + 1


# ---- the same records from the topics of a broker

class KafkaLog:
    """The registry's topics have one partition, which is the last of the journal."""

    def __init__(self, brokers, deployment):
        import confluent_kafka
        self.kafka, self.deployment = confluent_kafka, deployment
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": brokers, "group.id": "verify_journal", "enable.auto.commit": False,
            "auto.offset.reset": "error", "check.crcs": True, "enable.partition.eof": True,
            # Records as they stand, whatever a stranger's transaction around them came to.
            "isolation.level": "read_uncommitted", "log_level": 2,
            # One partition behind the other: the broker's answer to the last one's end is not waited for long.
            "fetch.wait.max.ms": 20})
        topics = self.ask(lambda: self.consumer.list_topics(timeout=10)).topics
        if not any(name.startswith(f"{deployment}.") for name in topics):
            raise OSError(f"there is no deployment {deployment} on {brokers}")
        journal = topics.get(f"{deployment}.journal.v1")
        if journal is None or not journal.partitions:
            raise Damaged(f"there is no topic {deployment}.journal.v1")
        self.partitions = len(journal.partitions) + 1

    def ask(self, question):
        try:
            return question()
        except self.kafka.KafkaException as problem:
            raise OSError(problem.args[0].str()) from None

    def records(self):
        last = self.partitions - 1
        for topic in ("inbox", "journal"):  # the inbox first: the journal is held against it
            for partition in range(last):
                yield from self.read(topic, f"{self.deployment}.{topic}.v1", partition, partition)
            yield from self.read(topic, f"{self.deployment}.registry.{topic}.v1", 0, last)

    def read(self, topic, name, number, partition):
        place = self.kafka.TopicPartition(name, number)
        low, high = self.ask(lambda: self.consumer.get_watermark_offsets(place, timeout=30))
        if topic == "journal" and low != 0:
            raise Damaged(f"{name}, partition {number}: it begins at {low}: retention has eaten the journal")
        place.offset, expected = low, low
        self.consumer.assign([place])
        while expected < high:
            message = self.consumer.poll(30)
            at_end = message is not None and message.error() and \
                message.error().code() == self.kafka.KafkaError._PARTITION_EOF
            if message is None or (message.error() and not at_end):
                raise OSError(f"{name}, partition {number}: {message.error() if message else 'no answer'}")
            # A transaction leaves a mark at an offset of its own. An inbox may have such holes, a journal none.
            if message.offset() != expected and topic == "journal":
                raise Damaged(f"{name}, partition {number}: offset {expected} is not there")
            expected = message.offset()
            if at_end:
                continue
            expected += 1
            yield topic, partition, message.offset(), message.value() or b""
