// 贯通平台的客户端，单文件，Java 11 以上，不用任何第三方库：
//   GUANTONG_URL=… GUANTONG_CLIENT_ID=… GUANTONG_CLIENT_SECRET=… \
//   java Guantong.java <资源代码> <身份证号> <事项编码> <办件号>
// A client of the platform in one file for Java 11 and later, without any library.

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Guantong {
    private static final int ATTEMPTS = 4;

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String url;
    private final String clientId;
    private final String secret;
    private String token;
    private long tokenUntilNanos;

    public Guantong(String url, String clientId, String secret) {
        this.url = url.replaceAll("/+$", "");
        this.clientId = clientId;
        this.secret = secret;
    }

    /** 平台拒绝：code 稳定不变，可据此判断。 */
    public static class Refused extends IOException {
        public final int status;
        public final String code;

        Refused(int status, String body) {
            // 令牌端点按 RFC 6749 答复：error 与说明 / the token endpoint answers as RFC 6749 has it.
            super(status + " " + either(body, "code", "error") + " " + either(body, "zh", "error_description_zh"));
            this.status = status;
            this.code = either(body, "code", "error");
        }
    }

    /** 查询一个人；断线或对方系统暂时不可用时以同一个 Idempotency-Key 重试，不会被当成两次调用。 */
    public String query(String resource, String person, String matter, String caseNo) throws Exception {
        String body = body(resource, person, matter, caseNo);
        String key = UUID.randomUUID().toString();
        boolean renewed = false;
        for (int attempt = 1; ; attempt++) {
            try {
                return send(HttpRequest.newBuilder(URI.create(url + "/api/v1/query"))
                        .header("Authorization", "Bearer " + token())
                        .header("Idempotency-Key", key)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
            } catch (Refused refused) {
                if (refused.code.startsWith("identify.token") && !renewed) {
                    token = null;
                    renewed = true;
                    continue;
                }
                if (refused.status < 502 || attempt == ATTEMPTS) {
                    throw refused;
                }
            } catch (IOException broken) {
                if (attempt == ATTEMPTS) {
                    throw broken;
                }
            }
            Thread.sleep((long) (500 * Math.pow(2, attempt - 1) * (0.5 + Math.random())));
        }
    }

    /** 同样的查询，按国家平台的请求头签名，不用令牌。 */
    public String querySigned(String resource, String person, String matter, String caseNo) throws Exception {
        byte[] body = body(resource, person, matter, caseNo).getBytes(StandardCharsets.UTF_8);
        String rtime = String.valueOf(System.currentTimeMillis());
        String nonce = UUID.randomUUID().toString();
        String digest = hex(MessageDigest.getInstance("SHA-256").digest(body));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] sign = mac.doFinal((resource + clientId + rtime + nonce + digest).getBytes(StandardCharsets.UTF_8));
        return send(HttpRequest.newBuilder(URI.create(url + "/api/v1/query"))
                .header("gjgxjhpt_rid", clientId)
                .header("gjgxjhpt_sid", resource)
                .header("gjgxjhpt_rtime", rtime)
                .header("gjgxjhpt_nonce", nonce)
                .header("gjgxjhpt_digest", digest)
                .header("gjgxjhpt_sign", Base64.getEncoder().encodeToString(sign))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private synchronized String token() throws Exception {
        if (token == null || System.nanoTime() > tokenUntilNanos) {
            String form = "grant_type=client_credentials&client_id=" + encoded(clientId) + "&client_secret=" + encoded(secret);
            String answer = send(HttpRequest.newBuilder(URI.create(url + "/api/v1/oauth/token"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form)));
            token = field(answer, "access_token");
            // 令牌有效 10 分钟，提前一分钟更换 / renewed a minute before its end.
            tokenUntilNanos = System.nanoTime() + Duration.ofMinutes(9).toNanos();
        }
        return token;
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new Refused(answer.statusCode(), answer.body());
        }
        return answer.body();
    }

    private static String body(String resource, String person, String matter, String caseNo) {
        return String.format(
                "{\"resource\":%s,\"subject\":{\"resident_id\":%s},\"purpose\":{\"matter\":%s},\"case_no\":%s}",
                quoted(resource), quoted(person), quoted(matter), quoted(caseNo));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** 取一个文本字段；正式项目请用已有的 JSON 库 / a real project uses its JSON library. */
    private static String field(String json, String name) {
        Matcher found = Pattern.compile('"' + name + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    private static String either(String json, String name, String other) {
        String found = field(json, name);
        return found.isEmpty() ? field(json, other) : found;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte one : bytes) {
            text.append(String.format("%02x", one));
        }
        return text.toString();
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 4) {
            System.err.println("用法 / usage: java Guantong.java <资源代码> <身份证号> <事项编码> <办件号>");
            System.exit(2);
        }
        Guantong client = new Guantong(
                System.getenv("GUANTONG_URL"), System.getenv("GUANTONG_CLIENT_ID"), System.getenv("GUANTONG_CLIENT_SECRET"));
        try {
            System.out.println(client.query(args[0], args[1], args[2], args[3]));
            client.querySigned(args[0], args[1], args[2], args[3]);
        } catch (Refused refused) {
            System.err.println(refused.getMessage());
            System.exit(1);
        }
    }
}
