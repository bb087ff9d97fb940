"""English words of which one must not be heard for another, nor be lost."""

from __future__ import annotations

from typing import Final

__all__ = ["OPPOSITES"]

_GROUPS: Final = """
left leftmost lefthand | right rightmost righthand | wrong wrongly
am | pm | morning mornings | evening evenings | afternoon afternoons
on | off
up upward upwards upstairs | down downward downwards downstairs
before | after afterwards afterward
today | tomorrow | yesterday
hour hours | minute minutes | day days | night nights | week weeks | month months | year years
    | decade decades | century
weekday weekdays | weekend weekends
spring | summer | autumn | winter
hourly | daily | weekly | fortnightly biweekly | monthly | quarterly | yearly annually annual
noon midday | midnight
always | usually | often | sometimes occasionally
open opens opened opening | close closes closed closing shut shuts shutting
start starts started starting begin begins began begun beginning
    | stop stops stopped stopping end ends ended ending finish finishes finished finishing
increase increases increased increasing | decrease decreases decreased decreasing reduce reduces reduced reducing
more many | less fewer few
all | some
most | least fewest
above | below beneath
over | under
first | last | next | previous
minimum minimal min | maximum maximal max
buy buys buying bought | sell sells selling sold
true | false
enable enables enabled enabling | disable disables disabled disabling
north northern northbound | south southern southbound | east eastern eastbound | west western westbound
hot hotter hottest warm warmer warmest | cold colder coldest cool cooler coolest
fast faster fastest quick quicker quickest quickly | slow slower slowest slowly
near nearer nearest nearby | far farther farthest
big bigger biggest large larger largest | small smaller smallest
long longer longest | short shorter shortest | tall taller tallest
wide wider widest | narrow narrower narrowest
deep deeper deepest | shallow shallower shallowest
thick thicker thickest | thin thinner thinnest
strong stronger strongest | weak weaker weakest
light lighter lightest | heavy heavier heaviest | dark darker darkest
hard harder hardest difficult | easy easier easiest easily | soft softer softest
cheap cheaper cheapest | expensive
good better best | bad worse worst badly
old older oldest | new newer newest | young younger youngest
rich richer richest | poor poorer poorest
wet wetter wettest | dry drier driest
loud louder loudest loudly | quiet quieter quietest quietly
full | empty
same | different
alive | dead
present | absent
inside indoor indoors | outside outdoor outdoors
push pushes pushed pushing | pull pulls pulled pulling
raise raises raised raising high higher highest upper uppermost rise rises rose rising
    | lower lowers lowered lowering low lowest lowermost fall falls fell falling
import imports imported importing | export exports exported exporting
male males | female females
mr mister | mrs missus
allow allows allowed allowing permit permits permitted
    | forbid forbids forbidden deny denies denied prohibit prohibits prohibited
include includes included including | exclude excludes excluded excluding
accept accepts accepted accepting approve approves approved
    | reject rejects rejected rejecting decline declines declined
win wins winning won | lose loses losing lost
early earlier earliest | late later latest
top | bottom
front | back rear
horizontal horizontally | vertical vertically
positive positively | negative negatively
add adds added adding | remove removes removed removing
lock locks locked locking | unlock unlocks unlocked unlocking
connect connects connected connecting | disconnect disconnects disconnected disconnecting
install installs installed installing | uninstall uninstalls uninstalled uninstalling
input inputs | output outputs
internal internally | external externally
upload uploads uploaded uploading | download downloads downloaded downloading
send sends sending sent | receive receives receiving received
arrive arrives arrived arriving arrival arrivals | depart departs departed departing departure departures
entrance entrances enter enters entered | exit exits exited
forward forwards | backward backwards
ascending | descending
clockwise | counterclockwise anticlockwise
safe safely | unsafe
public publicly | private privately
succeed succeeds succeeded success successful successfully | fail fails failed failure unsuccessful unsuccessfully
gain gains gained | loss losses
credit credits credited | debit debits debited
possible | impossible
legal legally | illegal illegally
valid | invalid
active | inactive
complete completed | incomplete
correct correctly | incorrect incorrectly
available | unavailable
encrypt encrypted | decrypt decrypted
agree agrees agreed agreeing | disagree disagrees disagreed disagreeing
able | unable
happy | unhappy
visible | invisible
necessary | unnecessary
likely | unlikely
stable | unstable
limited | unlimited
authorized authorised | unauthorized unauthorised
subscribe subscribes subscribed subscribing | unsubscribe unsubscribes unsubscribed unsubscribing
mute mutes muted muting | unmute unmutes unmuted unmuting
"""
"""A group a line, its members between strokes; the forms of one member are no change of it."""


def _members() -> dict[str, tuple[str, str]]:
    members: dict[str, tuple[str, str]] = {}
    for group in _GROUPS.replace("\n    |", " |").strip().splitlines():
        for forms in map(str.split, group.split("|")):
            members |= {form: (group.split()[0], forms[0]) for form in forms}
    return members


OPPOSITES: Final = _members()
"""For each form of each word its group, and the member of it that the word is."""
