# Ruby's Net::HTTP.
require "net/http"

url, key, folder = ARGV
uri = URI(url)

Net::HTTP.start(uri.host, uri.port) do |http|
  [
    ["/integrations/core/cases", "aplyid.json", { "X-Workflow-Access-Key" => key }],
    ["/integrations/core/cases", "refused.json", { "X-Workflow-Access-Key" => key }],
    ["/api/cases/", "sphinxhq.json", { "Cookie" => "sessionid=#{key}" }],
  ].each do |path, file, credential|
    body = File.binread(File.join(folder, file))
    answer = http.post(path, body, { "Content-Type" => "application/json", **credential })
    puts answer.body, answer.code
  end
end
