// java.net.http.HttpClient with its defaults: it prefers HTTP/2, and so asks for an upgrade to h2c.

import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

class Client {
    static final HttpClient HTTP = HttpClient.newHttpClient();
    static final PrintStream OUT = new PrintStream(System.out, true, java.nio.charset.StandardCharsets.UTF_8);

    public static void main(String[] args) throws Exception {
        String url = args[0], key = args[1], folder = args[2];
        post(url + "/integrations/core/cases", Path.of(folder, "aplyid.json"), "X-Workflow-Access-Key", key);
        post(url + "/integrations/core/cases", Path.of(folder, "refused.json"), "X-Workflow-Access-Key", key);
        post(url + "/api/cases/", Path.of(folder, "sphinxhq.json"), "Cookie", "sessionid=" + key);
    }

    static void post(String url, Path file, String name, String value) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .header(name, value)
            .POST(BodyPublishers.ofFile(file))
            .build();
        var answer = HTTP.send(request, BodyHandlers.ofString());
        OUT.println(answer.body() + "\n" + answer.statusCode());
    }
}
