# The rules of APLYiD's Create Case in the real framework: reads requests from stdin, a JSON text a line, answers each.
# Debian: apt-get install ruby-activerecord ruby-actionpack ruby-railties ruby-sqlite3
require "logger"
require "rails"
require "active_record"
require "action_controller/railtie"
require "json"

ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: ":memory:", pool: 1)
ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define do
  create_table(:addresses) do |t|
    %i[country_code address_line_1 address_line_2 suburb state postcode].each { |name| t.string name }
    t.integer :activity_id
  end
  create_table(:activities) do |t|
    t.string :name
    t.text :nature
    t.string :external_id
    t.decimal :max_transaction_value
    t.string :status, default: "in_progress"
  end
  create_table(:people) { |t| %i[firstname lastname middle_name].each { |name| t.string name } && t.date(:date_of_birth) }
  create_table(:phones) { |t| %i[phone_country_code phone_number].each { |name| t.string name } && t.integer(:client_id) }
  create_table(:clients) do |t|
    %i[name client_type email external_id clientable_type].each { |name| t.string name }
    t.integer :clientable_id
  end
end

class Address < ActiveRecord::Base
  validates :country_code, presence: true, length: { maximum: 3 }
  validates :address_line_1, :state, presence: true, length: { maximum: 128 }
  validates :postcode, presence: true, format: { with: /\A[A-Za-z0-9 \-]{2,16}\z/, allow_blank: true }
  validates :address_line_2, :suburb, length: { maximum: 128 }
end

class Activity < ActiveRecord::Base
  STATUSES = %w[in_progress in_review on_hold to_do completed cancelled]
  has_one :address
  accepts_nested_attributes_for :address
  validates :name, presence: true, length: { maximum: 50 }
  validates :nature, presence: true, length: { maximum: 500 }
  validates :max_transaction_value, numericality: { greater_than: 0 }, allow_nil: true
  validates :status, inclusion: { in: STATUSES }
  validates :external_id, length: { maximum: 255 }
end

class Person < ActiveRecord::Base
  validates :firstname, :lastname, presence: true
end

class Phone < ActiveRecord::Base
  def phone_number=(number)
    super
    super(phone_number.delete_prefix("0")) if phone_number
  end

  validates :phone_country_code, presence: true, format: { with: /\A\+?\d+\z/, allow_blank: true }
  validates :phone_number, presence: true
end

class Client < ActiveRecord::Base
  TYPES = %w[individual company trust charity estate society joint]
  belongs_to :clientable, polymorphic: true, optional: true, autosave: true
  has_one :contact_phone, class_name: "Phone"
  accepts_nested_attributes_for :contact_phone
  validate(prepend: true) { errors.add(:clientable, "must exist") if client_type == "individual" && clientable.nil? }
  validates :name, presence: true, length: { maximum: 50 }
  validates :email, format: { with: URI::MailTo::EMAIL_REGEXP, allow_blank: true }, length: { maximum: 128 }
  validates :external_id, length: { maximum: 255 }
end

class Reference < Rails::Application
  config.load_defaults 6.1
  config.api_only = true
  config.eager_load = false
  config.secret_key_base = "reference"
  config.logger = Logger.new(IO::NULL)
  config.hosts.clear
  config.consider_all_requests_local = false
end

class CasesController < ActionController::API
  ADDRESS = %i[country_code address_line_1 address_line_2 suburb state postcode]
  PERSON = %i[firstname lastname middle_name date_of_birth]
  PHONE = %i[phone_country_code phone_number]

  def create
    raise ActionController::ParameterMissing.new("Client must exist") if params[:client].blank?
    asked = params.require(:activity).permit(:name, :nature, :external_id, :max_transaction_value, :status, address_attributes: ADDRESS)
    about = params.require(:client).permit(:name, :client_type, :email, :external_id, clientable_attributes: PERSON, contact_phone_attributes: PHONE)
    return refuse("Invalid client type: #{about[:client_type]}") unless Client::TYPES.include?(about[:client_type])
    person = about.delete(:clientable_attributes)
    client = Client.new(about)
    client.clientable = Person.new(person) if person && client.client_type == "individual"
    [client, activity = Activity.new(asked)].each { |record| return refuse(record.errors.full_messages.to_sentence) unless record.valid? }
    [client, activity].each(&:save!)
    shown = { external_id: client.external_id, name: client.name }
    render status: 201, json: { external_id: activity.external_id, status: activity.status, client: shown }
  rescue ActionController::ParameterMissing => error
    render status: 400, json: { message: "param is missing or the value is empty: #{error.param}", code: "APLY-400" }
  end

  private

  def refuse(message) = render(status: 422, json: { message: message, code: "APLY-422" })
end

Reference.initialize!
ActiveRecord::Base.logger = nil
Rails.application.routes.draw { post "/integrations/core/cases", to: "cases#create" }
STDOUT.sync = true
while (line = STDIN.gets)
  sent = { method: "POST", input: line, "CONTENT_TYPE" => "application/json", "rack.errors" => StringIO.new }
  status, _, parts = Rails.application.call(Rack::MockRequest.env_for("/integrations/core/cases", sent))
  text = +""
  parts.each { |part| text << part }
  puts JSON.generate({ status: status, body: status < 500 ? JSON.parse(text) : nil })
end
