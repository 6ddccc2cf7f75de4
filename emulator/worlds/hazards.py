"""The worlds in which webhooks are delivered as they are in life, not as on the drawing board; others beside them."""

from emulator.core.deviation import standing_fault
from emulator.worlds.api_hazards import TokenEndsEarly
from emulator.worlds.world import Hazard


class Duplicate(Hazard):
    """The same webhook twice."""

    name = "duplicate"
    what = "Every webhook is sent once more after it was accepted, with the same id and bytes."
    why = "Delivery is at least once: a sender that is not sure sends again."
    breaks = "Code that acts on every request: goods leave twice, a mail goes out twice."
    how = "Keep the id of each webhook in the transaction that acts on it, and answer 2xx to one that is known."
    recipes = (
        """
        event = $event
        with database:  # one transaction
            statement = "INSERT INTO seen (event) VALUES (?) ON CONFLICT DO NOTHING"
            if database.execute(statement, [str(event)]).rowcount:
                decide($reference, $outcome)
        return "", 204  # to the second one too
    """,
    )
    faults = (standing_fault("repeated"),)


class EightAtOnce(Hazard):
    """Eight copies at one instant."""

    name = "eight-at-once"
    what = "Eight copies of every webhook arrive at the same instant."
    why = "Two senders take over from a third, or a queue delivers twice; then copies race each other."
    breaks = "Code that looks whether a webhook is known and notes it later: all eight look before the first one notes."
    how = "Let a unique constraint of the database decide which copy acts: to look first and write then is too late."
    recipes = (
        """
        # seen.event is UNIQUE: of eight that insert it at the same time, one changes a row
        statement = "INSERT INTO seen (event) VALUES (?) ON CONFLICT DO NOTHING"
        if database.execute(statement, [str($event)]).rowcount:
            decide($reference, $outcome)
    """,
    )
    faults = (standing_fault("eight_at_once"),)


class LostAcknowledgement(Hazard):
    """The 2xx is lost."""

    name = "lost-acknowledgement"
    what = "The receiver's 2xx is lost, and the webhook is sent again until a second one arrives."
    why = "Proxies time out and connections break after the work was done."
    breaks = "A receiver that answers 409 or 500 to a webhook that it knows: the sender takes that for a failure."
    how = "Answer 2xx to a webhook that was dealt with before: a refusal would have it sent again and again."
    recipes = (
        """
        if is_known($event):
            return "", 204  # not 409: whoever is refused sends again
    """,
    )
    faults = (standing_fault("lost_acknowledgement"),)


class CutThenWhole(Hazard):
    """The body breaks off first."""

    name = "cut-then-whole"
    what = "The body breaks off in the middle; then the webhook comes again, whole."
    why = "Networks break, and a sender that was restarted tries again."
    breaks = "Code that notes the id first: the half webhook is lost, and the whole one counts as known."
    how = "Read and parse the whole body before anything is noted, the id of the webhook included."
    recipes = (
        """
        body = json.loads(request.get_data())  # raises where the body broke off; nothing is noted yet
        with database:
            if note($event):
                decide($reference, $outcome)
    """,
    )
    faults = (standing_fault("cut_off"),)


class DownThenUp(Hazard):
    """The receiver cannot be reached at first."""

    name = "down-then-up"
    what = "Connections end before a byte is sent, for 0.4 seconds; only then the webhook comes."
    why = "A deployment or a load balancer takes the receiver away for a while."
    breaks = "A server loop that ends with the first connection without a request, and a test that sleeps for a moment."
    how = "Keep listening after a connection that brings nothing, and wait for the webhook, not for the clock."
    recipes = (
        """
        webhook = sandbox.webhooks.wait($wanted)  # in place of time.sleep(0.2)
        assert shop.state("order-1") == "deliver"
    """,
    )
    faults = (standing_fault("unreachable"),)


class Late(Hazard):
    """Days pass before the webhook."""

    name = "late"
    what = "The sandbox's clock jumps, so that a case ends three days after it was opened at least."
    why = "A person decides, an applicant takes a weekend, or the receiver was down for days."
    breaks = "Orders that are given up after a day, and receivers that refuse a webhook whose times are old."
    how = "Let an order wait as long as its case does, and judge no webhook by its age."
    needs = "A case that ends; the inbox will do."
    recipes = (
        """
        order = orders[$reference]  # kept for as long as its case is open
        decide(order, $outcome)  # whenever it comes
    """,
    )
    faults = (standing_fault("clock_jump", seconds=259_200.0),)


class Swapped(Hazard):
    """Two cases in the other order."""

    name = "swapped"
    what = "Of two cases that end at about the same time, the webhook of the second arrives first."
    why = "Nobody promises an order, and a retry changes it anyway."
    breaks = "Code that takes a webhook for the order that was placed first."
    how = "Find the order that a webhook is about by its reference, not by which one waits longest."
    needs = "A receiver of yours, and two cases that end at about the same time."
    recipes = (
        """
        order = orders[$reference]  # not the oldest that waits
        decide(order, $outcome)
    """,
    )
    faults = (standing_fault("overtaken"),)


class StrangersBetween(Hazard):
    """Fields and events nobody documented."""

    name = "strangers-between"
    what = "Every object has a further field, and an event of an unknown type comes before the real one."
    why = "Services add fields and events without asking."
    breaks = "Schemas that forbid further fields, and code that takes every event for a decision."
    how = "Read the fields you need and ignore the others; answer 2xx to a type of event that you do not know."
    needs = "A case that ends; for the unknown event a receiver of yours."
    recipes = (
        """
        if $type != "$completed":
            return "", 204  # an event of another type; it may come again and again
        decide($reference, $outcome)  # fields that are not read may be anything
    """,
        """
        decide($reference, $outcome)  # fields that are not read may be anything
    """,
    )
    faults = (standing_fault("webhook_form", how="undocumented"), standing_fault("stranger_first"))


class Chunked(Hazard):
    """No Content-Length."""

    name = "chunked"
    what = "The body is sent in chunks, without a Content-Length."
    why = "HTTP/1.1 allows it, and proxies do it."
    breaks = "Servers by hand that read as many bytes as Content-Length says, and find none."
    how = "Let your framework read the body; do not read Content-Length bytes yourself."
    recipes = (
        """
        body = request.get_json()  # Flask reads it, in chunks or not; so does Express with express.json()
        decide($reference, $outcome)
    """,
    )
    faults = (standing_fault("chunked"),)


class LowerCaseHeaders(Hazard):
    """Header names in lower case."""

    name = "lower-case-headers"
    what = "The names of all headers are in lower case."
    why = "Names have no case in HTTP; HTTP/2 and many proxies send them so."
    breaks = "Headers in a dict of one's own, looked up as they are written in the documentation."
    how = "Look headers up without regard to case, as every framework offers."
    recipes = (
        """
        headers = {name.lower(): value for name, value in received}  # frameworks do this for you
        value = headers["$header"]
    """,
    )
    faults = (standing_fault("lower_case_headers"),)


class SlowBody(Hazard):
    """The body comes slowly."""

    name = "slow-body"
    what = "The body arrives in ten pieces over a third of a second."
    why = "Networks are slow, and so are senders under load."
    breaks = "Servers by hand that read the socket once, as if a webhook always came in one piece."
    how = "Read until the body is whole; one read of the socket is not enough."
    recipes = (
        """
        body = b""
        while len(body) < length:  # frameworks do this for you
            body += connection.recv(length - len(body)) or broken_off()
        decide($reference, $outcome)  # only now
    """,
    )
    faults = (standing_fault("slow_sender", seconds=0.3),)


class Burst(Hazard):
    """Many at once."""

    name = "burst"
    what = "Sixteen webhooks about cases that nobody knows arrive just before the real one."
    why = "After an outage everything that waited comes at once, for other systems with the same receiver as well."
    breaks = "Queues that drop what comes when they are full, and an exception for an unknown reference."
    how = "Answer what you do not know with 2xx or 404 and go on; lose nothing when many come."
    recipes = (
        """
        order = orders.get($reference)
        if order is None:
            return "", 404  # not ours; the next one may be
    """,
    )
    faults = (standing_fault("burst"),)


HAZARDS: tuple[type[Hazard], ...] = (
    Duplicate,
    EightAtOnce,
    LostAcknowledgement,
    CutThenWhole,
    DownThenUp,
    Late,
    Swapped,
    StrangersBetween,
    Chunked,
    LowerCaseHeaders,
    SlowBody,
    Burst,
    TokenEndsEarly,
)
