import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Apache's own client: prints the records of a topic until it has so many different events, one a line, parts in base64: partition, key, value, name=value of each header. */
public class ReadEvents {
  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static String line(ConsumerRecord<String, String> record) {
    StringJoiner line = new StringJoiner(" ");
    line.add(Integer.toString(record.partition())).add(base64(record.key().getBytes(StandardCharsets.UTF_8))).add(base64(record.value().getBytes(StandardCharsets.UTF_8)));
    for (Header header : record.headers()) line.add(base64(header.key().getBytes(StandardCharsets.UTF_8)) + ":" + base64(header.value()));
    return line.toString();
  }

  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("group.id", args[1] + "java");
    settings.put("auto.offset.reset", "earliest");
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", StringDeserializer.class.getName());
    int wanted = Integer.parseInt(args[2]);
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
      consumer.subscribe(List.of(args[1]));
      Set<String> events = new HashSet<>();
      while (events.size() < wanted) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          System.out.println(line(record));
          events.add(new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8));
        }
      }
    }
  }
}
