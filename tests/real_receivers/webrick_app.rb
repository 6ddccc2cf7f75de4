# WEBrick, as Ruby's small applications use it.
require "json"
require "webrick"

folder = ARGV[0]
quiet = { AccessLog: [], Logger: WEBrick::Log.new(File::NULL) }
server = WEBrick::HTTPServer.new(BindAddress: "127.0.0.1", Port: 0, **quiet)

server.mount_proc("/") do |request, response|
  name = File.basename(request.path)
  File.binwrite("#{folder}/#{name}.body", request.body)
  told = { event: request["X-Workflow-Event-Type"], read: JSON.parse(request.body) }
  File.write("#{folder}/#{name}.json", JSON.generate(told))
  response.status = 204
end

puts "http://127.0.0.1:#{server.listeners[0].addr[1]}"
$stdout.flush
server.start
