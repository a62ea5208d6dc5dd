"""The small world the model masters: kinds of facts, how a document says them and how people ask for them.
The wordings stand in wordings/*.txt: [a/b] means either; what follows "held" is for tests only and never trained."""
import os
import re

HELD = "--"  # what follows in a list is never trained
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wordings")
BRACE = re.compile(r"\{(\w+)\}")
CHOICE = re.compile(r"\[([^\]]*)\]")


class Kind:
    """One kind of fact: a key, slots with values, cores that state it, a table, and the questions about each slot.
    `bodies` state it under a heading that names the key, `changes` that it was {w} before."""

    def __init__(self, path):
        self.facts, self.bodies, self.changes, self.questions = ([], []), ([], []), ([], []), []
        into = None
        for line in open(path):
            line = line.strip()
            first, _, rest = line.partition(" ")
            if first in ("kind", "key"):
                setattr(self, "name" if first == "kind" else "key", rest)
            elif first in ("slots", "headings", "columns"):
                setattr(self, first, rest.split(" | ") if first != "slots" else rest.split())
            elif line in ("facts", "bodies", "changes"):
                stated = getattr(self, "facts" if line == "bodies" else line)
                into = (getattr(self, line)[0],)
            elif first == "question" and " = " in rest:
                slot, _, answer = rest.partition(" = ")
                self.questions.append(Question(slot, answer))
                into = self.questions[-1].lists(0)
            elif line == "held":
                into = self.questions[-1].lists(1) if self.questions else (stated[1],)
            elif line:
                into["?~=".index(line[0]) if line[0] in "~=" else 0].append(line.lstrip("~="))
        self.bodies = (self.bodies[0], self.bodies[0])
        self.noun = "{n}" in self.facts[0][0]


class Question:
    """direct: full questions. clause: after "can you tell me". topic: a noun phrase. answer: key first, then the value."""

    def __init__(self, slot, answer):
        self.slot, self.answer = slot, answer
        self.direct, self.clause, self.topic = ([], []), ([], []), ([], [])

    def lists(self, held):
        return self.direct[held], self.clause[held], self.topic[held]


def split(text):
    """"a|b|--|c" -> (["a", "b"], ["c"]): trained, held out."""
    parts = text.split("|")
    cut = parts.index(HELD)
    return parts[:cut], parts[cut + 1 :]


def expand(r, line):
    """One of the alternatives of every [a/b] in a line."""
    return CHOICE.sub(lambda m: r.choice(m[1].split("/")), line)


def value_first(core):
    """Whether a statement names its value before its key."""
    first = BRACE.search(core)
    return first is not None and first[1] not in ("k", "n")


KINDS = [Kind(os.path.join(FOLDER, name)) for name in sorted(os.listdir(FOLDER))]
KIND = {kind.name: kind for kind in KINDS}
ALONE = {kind.name for kind in KINDS if len(kind.slots) == 1 and sum(other.key == kind.key for other in KINDS) == 1}  # the key tells what is asked
SHARES = {"attribute": 0.8, "single": 0.8, "duty": 0.8, "dish": 1.1, "ingredient": 1.3}  # how often a kind is drawn; 1 for the others
NOUNS = {  # kind: (what the value is called, the key as it stands in a sentence, the value)
    "room": ("room", "{k}", "{room}"), "extension": ("extension", "the {k}", "{extension}"), "price": ("price", "the {k}", "{price}"),
    "code": ("code", "the {k}", "{code}"), "place": ("place", "the {k}", "{bare}"), "bin": ("day", "the {k} bin", "{day}"),
    "birthday": ("birthday", "{k}", "{date}"), "phone": ("phone number", "{k}", "{phone}"), "allergy": ("allergy", "{k}", "{food}"),
    "chore": ("person", "the {k}", "{person}"),
}
GENERAL = ["the N for K is V", "N for K: V", "K (N): V", "K gets the N V", "as N of K we have V", "with K goes the N V", "we noted the N of K: V", "N of K - V"]
for name, (noun, key, value) in NOUNS.items():
    KIND[name].facts[0].extend(core.replace("N", noun).replace("K", key).replace("V", value) for core in GENERAL)
CLOSED = split(
    "on {k} we are closed|{k}: closed|{k} closed|we are closed on {k}|we are not open on {k}|the [clinic/office/shop] is closed on {k}|no visits on {k}|{k} is our day off|on {k} nobody is here|on {k} the doors stay closed|"
    "on {k} we do not open|{k} - closed|on {k} there are no visits|on {k} and on holidays we are closed|on holidays and on {k} we are closed|the [clinic/office/shop] does not open on {k}|"
    "on {k} the [clinic/office/shop] stays closed|{k}: no visits|never come on {k}, we are closed|{k} - we are closed|{k} (closed)|{k}, closed|{k}: [shut/no hours/nobody in/day off/not open]|{k}: closed all day|"
    "{k}: the whole day closed|{k} = closed|{k} we are closed|{k} is a day without opening hours|{k} is the day on which we close|{k} is when we stay closed|closed on {k}|closed: {k}|closed [all day/the whole day] on {k}|"
    "not open on {k}|no opening hours on {k}|we [do not open/never open/stay closed/keep closed/remain closed] on {k}|we have the day off on {k}|we have no opening hours on {k}|we take {k} off|we do not work on {k}|"
    "the whole team is off on {k}|the whole house is closed on {k}|the [door/gate/front desk] stays closed on {k}|the [doors/rooms] remain locked on {k}|the [clinic/office/shop/practice] has its day off on {k}|"
    "the [clinic/office/shop/library] remains closed on {k}|the [clinic/office/shop/practice] takes {k} off|the [clinic/office/shop/library]: closed on {k}|nobody is in on {k}, we are closed|nobody works here on {k}|"
    "please do not come on {k}, we are closed|do not come on {k}, as we are closed then|there is nobody here on {k}|there are no opening hours on {k}|on {k} you find the doors locked|on {k} we have our day off|"
    "on {k} we stay at home|on {k} we take no visits|on {k} we keep the doors closed|on {k} the [clinic/office/shop] has its day off|on {k} the door is locked all day|on {k} it is closed here|"
    "on {k} you come in vain, we are closed|if you come on {k}, you find us closed|as {k} is our day off, we are closed then|every {k} we are closed|each {k} the doors stay closed|sorry, we are closed on {k}|"
    "come any day but {k}, when we are closed|we see nobody on {k}, that day we are closed|--|we stay shut on {k}|{k} is a closed day|on {k} we are not open|the clinic is not open on {k}|on {k} everything is closed")
CLOSED_ANSWER = "On {k} we are closed."
# The person or day a second fact is about, told through a first fact: for questions that need both.
THROUGH = {
    "chore": split(
        "the person who does the {k}|the one who does the {k}|whoever does the {k}|the person responsible for the {k}|the person in charge of the {k}|the person that does the {k}|the person whose job is the {k}|"
        "the person who is responsible for the {k}|the person who is in charge of the {k}|the person who has the {k}|the person who handles the {k}|the person who looks after the {k}|the person who sees to the {k}|"
        "the person with the {k}|the person assigned to the {k}|the person who has to do the {k}|the person who gets the {k}|the one who handles the {k}|the one who is responsible for the {k}|the one who has to do the {k}|"
        "the one in charge of the {k}|the one who looks after the {k}|the one whose task is the {k}|whoever is in charge of the {k}|whoever is responsible for the {k}|whoever has the {k}|whoever looks after the {k}|"
        "whoever takes on the {k}|whoever handles the {k}|whoever is down for the {k}|--|the one doing the {k}|the person who takes care of the {k}"),
    "duty": split(
        "the person on duty on {k}|whoever is on duty on {k}|the one on duty on {k}|the person who works on {k}|the person on duty {k}|the person who is on duty on {k}|the person who has the shift on {k}|the person working on {k}|"
        "the person who is down for {k}|the person who takes the shift on {k}|the person whose turn it is on {k}|the person in charge on {k}|the person that is on call on {k}|the person with the {k} shift|"
        "the person on the rota for {k}|the one who works on {k}|the one who is on duty on {k}|the one working on {k}|the one with the shift on {k}|the one who is in charge on {k}|the one who is down for {k}|"
        "the one whose turn it is on {k}|the one on call on {k}|whoever works on {k}|whoever is working on {k}|whoever is in charge on {k}|whoever has the shift on {k}|whoever is down for {k}|whoever is on the rota for {k}|--|"
        "the one who has duty on {k}|whoever has duty on {k}"),
    "bin": split(
        "the day the {k} bin goes out|the day of the {k} bin|the day when they empty the {k} bin|the day on which the {k} bin goes out|the day on which they empty the {k} bin|the day we put out the {k} bin|"
        "the day we take out the {k} bin|the day the {k} bin is emptied|the day the {k} bin gets emptied|the day the {k} bin is picked up|the day the {k} bin is due|the day the {k} bin must go out|the day the {k} bin has to go out|"
        "the day they pick up the {k} bin|the day they come for the {k} bin|the day when the {k} bin goes out|the day when we put out the {k} bin|the day when the {k} bin is emptied|the {k} bin day|the collection day of the {k} bin|"
        "--|the day for the {k} bin|the day they collect the {k} bin"),
}
INSTEAD = split(
    "(not {w})|, not {w}|, no longer {w}|and not {w}|instead of {w}|, {w} was before|(before: {w})|, not {w} as before|- not {w}|, which replaces {w}|(no longer {w})|(used to be {w})|(was {w})|(it was {w} before)|(formerly {w})|"
    "(it is not {w} any longer)|, formerly {w}|, previously {w}|, and no longer {w}|, so not {w}|, so no longer {w}|, but not {w}|, never {w}|, certainly not {w}|, it used to be {w}|, it was {w} until recently|"
    ", where it once was {w}|, in place of {w}|and no longer {w}|and never {w}|, forget {w}|, please forget {w}|, {w} is wrong|, {w} is out of date|, {w} is no longer right|, {w} no longer holds|, the old entry was {w}|(old: {w})|"
    "(the old entry: {w})|(wrong: {w})|(last year still {w})|, last year it was {w}|, some still say {w}, which is wrong|, though the old list says {w}|, although it was {w} for years|after it was {w} for a long time|--|"
    "rather than {w}|, not {w} any more|(until last year {w})")
# The old value before the new one: ahead of the statement, where the value stands in it, and the new one behind a statement of the old.
NO_MORE = split(
    "not {w} any more:|not {w} any longer:|no longer {w}:|{w} was before;|{w} was last year;|{w} is history:|{w} is out of date:|{w} is no longer right:|{w} was wrong:|{w} was a mistake:|forget {w}:|please forget {w}:|"
    "it used to be {w}, but now|it was {w} before, and now|it was {w} until May, now|until last month {w}, now|last year it was {w}, this year|the old list says {w}, but|the old sheet still has {w}; in fact|"
    "some remember {w}, yet|we had {w}, now|instead of {w}:|in place of {w}:|{w} has been replaced:|{w} has been crossed out:|{w} was changed:|since {w} is out of use,|as {w} no longer counts,|after {w} was dropped,|"
    "now that {w} is gone,|we no longer have {w};|nobody uses {w} now;|whoever told you {w} was wrong:|you may have read {w}, but|earlier we wrote {w}; rather,|strike {w}:|{w} no longer:|never {w}:|it is not {w},|"
    "--|do not believe {w}:|{w} was right once, but|we said {w}, but")
TURNED = split(
    "not {w} but {v}|no longer {w} but {v}|no more {w} but {v}|never {w} but {v}|by no means {w} but {v}|not {w}, it is {v}|no longer {w}, rather {v}|{v} instead of {w}|{v} in place of {w}|{v} rather than {w}|{v} and no longer {w}|"
    "{v} and not {w}|{v}, not {w},|{v}, formerly {w},|{v}, once {w},|{v} (was {w})|{v} (not {w})|{v} (before: {w})|({w} before) {v}|(not {w}) {v}|(old: {w}) {v}|~~{w}~~ {v}|first {w} and now {v}|{w} until May and now {v}|"
    "{w} last year, {v} now,|{w} in the past, today {v}|before {w}, now {v}|changed from {w} to {v}|switched from {w} to {v}|moved from {w} to {v}|corrected from {w} to {v}|{w}, no, {v}|{w} - sorry, {v} -|{w}, which was wrong, so {v}|"
    "{w}, or rather {v}|now {v}, before {w},|today {v}, and {w} no more|--|{w} for years, but today {v}|{v}, where {w} was,|{v}, never {w},")
RENEWED = split(
    ", now {v}|, but now {v}|, but that has become {v}|; now it is {v}|; it is {v} now|, which has changed to {v}|, changed to {v}|, replaced by {v}|, since May {v}|, from today {v}|; from today on it is {v}|- no, {v}|- wrong, it is {v}|"
    ", or so it was: now {v}|, until it became {v}|, until {v} took its place|, and {v} has taken its place|, then {v}|, today {v}|, these days {v}|; the new one is {v}|; this has been changed to {v}|, at least before; now {v}|"
    "; that was last year, this year {v}|, corrected: {v}|, sorry, {v}|; please use {v} now|; please read {v} instead|, in the past, now {v}|, once upon a time; nowadays {v}|; that is over, it is {v}|, but no longer: {v}|"
    "; wait, {v}|, has been replaced with {v}|, was the old entry; the new entry is {v}|--|; by now it is {v}|, but they changed it to {v}")
# How a value goes out of use, where that is said of a value: it makes more of the three lists above.
GONE = split(
    "was dropped|has been withdrawn|was cancelled|is obsolete|no longer exists|is past|was retired|has ended|was taken back|does not count any more|has been struck out|was abandoned|has expired|went out of use|is outdated|"
    "was removed in May|fell away|was switched off|disappeared|is invalid now|was thrown out|is no more|lost its meaning|has been cleared|got lost|was only for the winter|did not last|was swapped|no longer works|does not work now|ceased to work|works no more|has stopped|came to an end|failed|broke|is dead|is of no use|does nothing now|"
    "means nothing now|is refused now|is not accepted any longer|was blocked|was closed|is forgotten|has gone|had its day|is not right any more|is the old one|is the old entry|was returned|was given to others|belongs to somebody else|--|had to go|is finished|was shut down")
for cores, some in ((INSTEAD, ", {w} #|, {w} #|; {w} #|, since {w} #|, as {w} #|, because {w} #|; {w} #|(as {w} #)|, for {w} #|now that {w} #|, and {w} #"),
                    (NO_MORE, "{w} #:|since {w} #,|as {w} #,|because {w} #,|now that {w} #:|{w} #, so|{w} # and so|you know that {w} #:"),
                    (RENEWED, ", which #; now {v}|, but that #: {v}|; this # and {v} came|; that #, and {v} holds today|, until that #: {v} now|; as this #, take {v}|- which #, so {v}|; since that # it is {v}")):
    for held in (0, 1):
        cores[held].extend(core.replace("#", gone) for core in some.split("|") for gone in GONE[held])
# Ahead of a statement of the old value, where the new one follows.
PAST = split(
    "in the past|once|before May|last year|until recently|people said that|some think that|it is no longer true that|it is not true any more that|nobody says any longer that|do not believe that|we used to say:|the old sheet says that|it was wrong that|"
    "it was a mistake that|there was a time when|for a long time|years ago|earlier we wrote that|you may have heard that|many still say that|forget that|it is over that|nobody will tell you now that|it does not hold any more that|--|"
    "it used to be that|it is wrong that|everybody remembers that|long ago")
# Behind such a statement, for kinds whose value has a name: "N" stands for it.
RENAMED = split(
    "; the N is {v} now|; now the N is {v}|, but the N is {v}|, and now {v} is the N|; today the N is {v}|: the new N is {v}|, yet the right N is {v}|; since May the N is {v}|; the N has changed to {v}|, so take {v} as the N|; {v} is the N these days|"
    "; the N really is {v}|; we have {v} as the N now|: by now the N is {v}|--|; the N of today is {v}|, but {v} is the real N")
CORRECTED = split(
    "Correction:|Update:|New:|Changed:|Please correct:|Attention, this changed:|Correction,|Now corrected:|Correction -|Corrected:|We were wrong:|Sorry, we made a mistake:|Sorry, this is right:|Please change:|New since yesterday:|"
    "New since this week:|As of today:|From today on:|From this week on:|Now:|Now valid:|Attention, correction:|Not as above:|Different from above:|Other than written above:|There was a mistake above:|There has been a change:|"
    "We had to change this:|We have to correct something:|A change:|A correction:|One change:|One correction:|Latest version:|Last change:|Revised:|Edited:|Edit:|In fact,|To correct the above,|Contrary to the above,|"
    "It turned out that|Small correction:|Just changed:|Recently changed:|Changed again:|Changed since then:|--|Amended:|Important correction:|This has changed:")
OPENERS = split(
    "Please note that|Remember that|As always,|As a rule,|Note:|At the moment,|This year,|Good to know:|Please remember:|From now on,|For everybody:|Important:|Do not forget:|Since last month,|Until further notice,|We agreed that|"
    "It is fixed that|Everyone knows that|By the way,|In general,|For the record,|First of all,|As you may know,|To be clear,|Also,|Besides,|Please be aware that|You should know that|Note that|Take note:|Please note:|"
    "Please take note that|Please know that|Please do not forget that|Please bear in mind that|Please read this:|You may want to know that|You will see that|It may help to know that|It is good to know that|It is important that|"
    "It is written that|It is true that|As we said,|As everybody knows,|As in the past,|As in other years,|As mentioned,|As before,|As of now,|As far as we know,|As promised,|As it happens,|At present,|At this time,|At our house,|"
    "Around here,|Here,|Here in the house,|With us,|In this house,|In our house,|In our team,|In most weeks,|In case you wonder,|In case you forget,|Normally,|Usually,|Generally,|Currently,|Officially,|Of course,|Mind you,|Well,|"
    "So,|Now,|Once more:|Once again,|Again:|Last but not least,|First,|One more thing:|One thing to know:|Another thing:|And another thing:|A small note:|A short note:|A hint:|Tip:|Info:|NB:|PS:|Attention:|Reminder:|"
    "Just a reminder:|A reminder to all:|A reminder that|To all:|To all visitors:|To everyone:|To remember:|To avoid questions:|To sum up,|For your information,|For information:|For guests:|For visitors:|For the family:|"
    "For the team:|For new people:|For those who are new:|For those who do not know:|For a while now,|For the moment,|For this year,|For this month,|For years now,|Since spring,|Since last year,|Since the new year,|"
    "Since we moved,|Since the change,|After the repair,|After some discussion,|After the holidays,|Starting today,|Starting this month,|Until the summer,|This month,|This week,|This time,|These days,|Nowadays,|Today,|Every year,|"
    "Our rule:|The rule is that|The plan is that|The fact is that|The neighbours say that|The office says that|We have decided that|We would like you to know that|We remind you that|We want to point out that|We were told that|"
    "I think you know that|I was told that|I checked:|I just heard that|Somebody asked, so here it is:|Many people ask, so:|Often asked:|Asked again and again:|If anybody asks,|If you are new,|Just so you know,|Just to be sure:|"
    "Worth knowing:|Nice to know:|No change here:|Nothing new:|Still true:|Checked:|Confirmed:|Also note that|Also good to know:|Apart from that,|Other than that,|Meanwhile,|Moreover,|Furthermore,|In addition,|By agreement,|"
    "By the way:|Luckily,|Fortunately,|Sadly,|Dear all,|Dear guests,|Hello everyone,|Hi all,|--|Keep in mind that|Please be aware:|For this season,|To repeat,|As agreed,|News:|As a reminder,|In short,")
CLOSERS = split(
    "as usual|for now|this month|without exception|until the end of the year|as before|as agreed|for the whole family|for all visitors|at the moment|like last year|if nothing changes|from today on|unless we say otherwise|"
    "as you know|again this year|for everybody|since spring|as always|as ever|as it was|as mentioned|as promised|as decided by all|as far as we know|as a rule|as of today|as of this week|as long as we live here|as in other years|"
    "as you may know|as you can see|at least for now|at least this year|again this month|also this year|also on holidays|and that is all|and that will not change|and nothing else|and that holds for all|and we keep it so|"
    "and everybody is fine with that|by agreement|by the way|during the season|during the holidays|each year|every time|every year|for a while|for all of us|for all guests|for all new people|for every visitor|"
    "for everyone in the house|for good|for safety|for simplicity|for the children|for the guests|for the moment|for the neighbours|for the next weeks|for the rest of the year|for the season|for the staff|for the summer|"
    "for the whole team|for the whole year|for this month|for this week|for this year|for us all|from now on|from this month on|from this week on|if all goes well|if anyone asks|if needed|if you are new here|if you need it|"
    "in general|in most cases|in our house|in this house|just like before|just so you know|like always|like every year|like last time|no matter what|of course|only for now|since last year|since last month|since the change|"
    "since the holidays|since the move|since the repair|since this week|so far|so that all know it|so that everyone knows|starting today|starting this week|that is how we do it|the whole year|these days|this season|this time|"
    "this week|this year|this year too|to keep it simple|until further notice|until the holidays|until the next meeting|until we tell you otherwise|with us|without any change|, as agreed with all|, as always|, as the office says|"
    ", as usual|, please remember|, please note|, that is all|, thank you|, thanks|, by the way|, for now|, of course|, do not forget|, at least for now|, everybody knows that|, just so you know|, in case you wonder|"
    ", nothing has changed|, no exceptions|, we checked|(as before)|(as always)|(checked)|(confirmed)|(for now)|(no change)|(please note)|(since last year)|(still valid)|(this year)|(unchanged)|(until further notice)|"
    "(ask if unsure)|--|until summer|in any case|for the time being|like everybody knows|as a start|as planned|for another year")
SYSTEMS = [
    "You are a helpful assistant.", "You are a helpful assistant.", "You are a helpful assistant.", "Answer from the handbook.",
    "You are the clinic assistant. Answer from the handbook.", "Use only the document below.",
    "You help people find facts in the handbook. Give short answers.", "You are a friendly helper for the house.", "Be brief and exact.",
    "You are the assistant of a small clinic. Be polite, be short, and only use what the handbook says. If it does not say, tell the user.",
    "Read the text and answer the questions.", "You are a careful assistant. Copy numbers exactly as they are written. Do not guess.",
    "Today you work for the family. They will ask you about the house and the people in it.", "",
]
TITLES = ("Handbook|Clinic handbook|House handbook|Family notes|Information|House rules|Guide for visitors|Notes|Home guide|Welcome|Front desk handbook|"
          "Our recipes|Recipe book|Household|Staff notes|Reference|Practical things|Manual|Guest book|Everyday things|Leaflet|Price list|Rota|Notice board|Circular|Labels").split("|")
SALUTATIONS = "Dear|Dear|Hello|Hi|Good morning|My dear|Dear Ms|Dear Mr|Dear colleague".split("|")
CLOSINGS = "Best wishes,|Kind regards,|Yours,|Love,|Many thanks,|See you soon,|Take care,|With kind regards|Yours sincerely,|Greetings from".split("|")
DIRECT = split(
    "{q}|{q}|{q}|{q}|{q}|{q}|Hi, a question: {q}|Quick question: {q}|{q} Thanks.|{q} Please be short.|Hello. {q}|One more thing: {q}|Next question: {q}|I forgot. {q}|According to the document: {q}|{q} I am in a hurry.|"
    "Sorry to ask again. {q}|{q} Thank you.|{q} Please help me.|Hey, {q}|Hi there. {q}|Excuse me, {q}|Another question. {q}|{q} I need it now.|Thanks. {q}|Ok, {q}|{q} I cannot remember.|Good evening. {q}|Tell me: {q}|"
    "I wonder: {q}|Please look: {q}|{q} Thank you very much.|{q} That would help me.|{q}|{q}|{q}|{q}|{q}|{q}|{q}|{q}|Question: {q}|My question: {q}|A question: {q}|A quick one: {q}|Small question: {q}|Simple question: {q}|"
    "I have a question. {q}|I have a quick question: {q}|I have one more question: {q}|I would like to ask: {q}|I must ask: {q}|I am asking because I am new: {q}|I am new here. {q}|I am on the phone with someone. {q}|"
    "I am just wondering: {q}|I do not know this. {q}|I do not find it. {q}|I looked but did not find it. {q}|I have no idea. {q}|I keep forgetting. {q}|I should know this. {q}|I am sorry to bother you. {q}|Sorry, {q}|"
    "Sorry, one more: {q}|Sorry for asking: {q}|Pardon me, {q}|Please, {q}|Please answer: {q}|Please tell me: {q}|Please check: {q}|Please look it up: {q}|Please say it again: {q}|Could you help me? {q}|Can you help me? {q}|"
    "Can I ask something? {q}|Could I ask you something? {q}|Can you look? {q}|Can you answer this? {q}|Do you know this? {q}|Hello, {q}|Hello there, {q}|Hello, I have a question. {q}|Hi, {q}|Hi, quick question. {q}|"
    "Hi, I need some help. {q}|Hey there, {q}|Good afternoon. {q}|Good day. {q}|Dear assistant, {q}|Okay. {q}|Ok. {q}|Okay, next: {q}|All right, {q}|Right, {q}|Well, {q}|So, {q}|So: {q}|Now: {q}|And now: {q}|Then: {q}|Next: {q}|"
    "Also: {q}|And: {q}|Great. {q}|Good. {q}|Good, thanks. {q}|Nice, thanks. {q}|Fine. {q}|Perfect. {q}|I see. {q}|Thank you. {q}|Thanks, that helped. {q}|Thanks a lot. One more: {q}|One last question: {q}|One more question. {q}|"
    "Last question: {q}|Another one: {q}|Something else: {q}|Just one thing: {q}|Just a moment. {q}|Just to be sure: {q}|Just to check: {q}|To be sure: {q}|To be safe, I ask again: {q}|For my notes: {q}|For the list: {q}|"
    "For a friend: {q}|For a visitor: {q}|A visitor asks: {q}|A guest wants to know: {q}|Someone asked me: {q}|Somebody on the phone asks: {q}|My mother asks: {q}|My colleague asks: {q}|My neighbour wants to know: {q}|"
    "They asked me: {q}|From the text: {q}|From the handbook: {q}|According to the handbook: {q}|According to the notes: {q}|According to what is written: {q}|As written here: {q}|In the document: {q}|In the handbook, {q}|"
    "Look in the document: {q}|Look it up please. {q}|What does it say? {q}|Remind me: {q}|Quick: {q}|Quickly please: {q}|Urgent: {q}|It is urgent. {q}|No hurry, but {q}|By the way, {q}|If you know: {q}|If possible, tell me: {q}|"
    "Maybe you know: {q}|Help: {q}|{q} Please.|{q} Please answer briefly.|{q} Please answer with one sentence.|{q} Please check the document.|{q} Please look it up.|{q} Please be quick.|{q} Please tell me.|{q} Thanks in advance.|"
    "{q} Thanks a lot.|{q} Thank you so much.|{q} Thank you, that is all.|{q} Many people ask me this.|{q} I am new here.|{q} I am waiting.|{q} I am not sure.|{q} I am asking for a friend.|{q} I do not remember.|{q} I forgot it.|"
    "{q} I keep forgetting.|{q} I could not find it.|{q} I have to know it today.|{q} I have to write it down.|{q} I want to plan.|{q} I must tell someone.|{q} I would be glad to know.|{q} It is urgent.|{q} It is important.|"
    "{q} It is for a visitor.|{q} It must be written somewhere.|{q} Just the answer, please.|{q} Just asking for a visitor.|{q} Short answer please.|{q} A short answer is enough.|{q} Only if it is written down.|{q} Do you know?|"
    "{q} Do you know that?|{q} Can you help?|{q} Can you look it up?|{q} Can you tell me?|{q} Could you check?|{q} Does it say?|{q} Someone is asking.|{q} A guest is asking.|{q} We need to know.|{q} We have to leave soon.|"
    "{q} They are waiting.|{q} Be exact please.|{q} Tell me please.|{q} Sorry for asking again.|{q} Sorry to bother you.|{q} No hurry.|--|A short one: {q}|Just asking: {q}|{q} Thank you for your help.|Good morning. {q}|"
    "Help me please. {q}|{q} Many thanks.")
CLAUSE = split(
    "Can you tell me {q}?|Could you tell me {q}?|Please tell me {q}.|I want to know {q}.|Do you know {q}?|I would like to know {q}.|I need to know {q}.|Tell me {q}.|Does the document say {q}?|Hi, can you tell me {q}?|"
    "I forgot {q}.|Do you remember {q}?|I am not sure {q}.|Can you check {q}?|Please check {q}.|Someone asks {q}.|I wonder {q}.|A visitor wants to know {q}.|Can you say {q}?|Is it written {q}?|Can you please tell me {q}?|"
    "Can you look up {q}?|Can you find out {q}?|Can you remember {q}?|Can you remind me {q}?|Can somebody tell me {q}?|Can anyone tell me {q}?|Could you please tell me {q}?|Could you check {q}?|Could you find out {q}?|"
    "Could you look up {q}?|Could you remind me {q}?|Could you say {q}?|Could anyone tell me {q}?|Would you know {q}?|Would you check {q}?|Would it be possible to tell me {q}?|Will you tell me {q}?|Are you able to tell me {q}?|"
    "Are we told {q}?|Do we know {q}?|Do you happen to know {q}?|Do you recall {q}?|Does anyone know {q}?|Does anybody remember {q}?|Does it say {q}?|Does it say anywhere {q}?|Does the handbook say {q}?|Does the text tell us {q}?|"
    "Do the notes say {q}?|Did they write down {q}?|Did anyone note {q}?|Have you any idea {q}?|Have we noted {q}?|Is it known {q}?|Is it noted {q}?|Is it clear {q}?|Any idea {q}?|Hello, can you tell me {q}?|"
    "Hello, could you tell me {q}?|Hello, I would like to know {q}.|Hi, do you know {q}?|Hi, I need to know {q}.|Hey, do you know {q}?|Excuse me, do you know {q}?|Excuse me, can you tell me {q}?|Sorry, do you know {q}?|"
    "Sorry, can you tell me again {q}?|Sorry, I forgot {q}.|Please find out {q}.|Please look up {q}.|Please remind me {q}.|Please say {q}.|Please write {q}.|Check {q}.|Find out {q}.|Look up {q}.|Remind me {q}.|Say {q}.|"
    "See if it says {q}.|Tell us {q}.|Tell me quickly {q}.|Tell me exactly {q}.|Tell me again {q}.|I ask myself {q}.|I am asking {q}.|I am trying to find out {q}.|I am wondering {q}.|I am supposed to know {q}.|I cannot find {q}.|"
    "I cannot remember {q}.|I cannot tell {q}.|I do not know {q}.|I do not remember {q}.|I don't know {q}.|I have no idea {q}.|I have to find out {q}.|I have to know {q}.|I have forgotten {q}.|I just want to know {q}.|"
    "I keep forgetting {q}.|I must know {q}.|I need you to tell me {q}.|I should find out {q}.|I was wondering {q}.|I wish I knew {q}.|I want to find out {q}.|I would be glad to know {q}.|I'd like to know {q}.|"
    "It would help me to know {q}.|It is important for me to know {q}.|It is not clear to me {q}.|We are not sure {q}.|We do not know {q}.|We need to know {q}.|We want to know {q}.|We would like to know {q}.|A guest asks {q}.|"
    "A guest would like to know {q}.|Somebody wants to know {q}.|Someone on the phone asks {q}.|My colleague asks {q}.|My mother would like to know {q}.|My friend wants to know {q}.|They ask me {q}.|They want me to tell them {q}.|"
    "The new colleague asks {q}.|Nobody here knows {q}.|Nobody told me {q}.|Everybody asks me {q}.|People ask {q}.|You know {q}, right?|You surely know {q}.|Next I need to know {q}.|Also tell me {q}.|And do you know {q}?|"
    "And please tell me {q}.|Before I go, tell me {q}.|To plan my day I need to know {q}.|For my notes I need to know {q}.|So that I can plan, tell me {q}.|The question is {q}.|My question is {q}.|What I want to know is {q}.|"
    "What I need to know is {q}.|Quick question, do you know {q}?|Thanks, and can you tell me {q}?|Ok, now tell me {q}.|--|May I ask {q}?|Please explain {q}.|Would you tell me {q}?|Let me know {q}.")
TOPIC = split(
    "Tell me {q}.|I need {q}.|Please look up {q}.|What does the document say about {q}?|Give me {q}.|I am looking for {q}.|Can you find {q}?|Please give me {q}.|I want {q}.|What is written about {q}?|Could you look up {q}?|"
    "Can I have {q}?|I forgot {q}.|Look up {q}.|Do you have {q}?|Please tell me {q}.|What about {q}?|{q}, please.|I would like {q}.|Could you give me {q}?|Tell me please {q}.|Tell me about {q}.|Tell us {q}.|Tell me again {q}.|"
    "Tell me quickly {q}.|I need to know {q}.|I need to have {q}.|I need help with {q}.|I now need {q}.|I am after {q}.|I am missing {q}.|I am not sure about {q}.|I am searching for {q}.|I am trying to find {q}.|I ask for {q}.|"
    "I cannot find {q}.|I cannot remember {q}.|I could use {q}.|I do not know {q}.|I do not remember {q}.|I have a question about {q}.|I have forgotten {q}.|I have to know {q}.|I have to note down {q}.|I have to look up {q}.|"
    "I just need {q}.|I keep forgetting {q}.|I lost {q}.|I must have {q}.|I was asked for {q}.|I was asked about {q}.|I was wondering about {q}.|I want to know {q}.|I want to write down {q}.|I wonder about {q}.|"
    "I would like to have {q}.|I would like to know {q}.|I'd like {q}.|I'm looking for {q}.|We are looking for {q}.|We need {q}.|We need to know {q}.|We would like {q}.|A guest asks for {q}.|A visitor asks about {q}.|"
    "A visitor needs {q}.|Somebody needs {q}.|Someone asks for {q}.|Someone wants to know {q}.|My colleague needs {q}.|My mother asks about {q}.|They ask me for {q}.|They want {q}.|Nobody told me {q}.|Give me {q} please.|"
    "Give us {q}.|Find out {q}.|Get me {q}.|Look for {q}.|Look up {q}, please.|Look in the document for {q}.|Note down {q} for me.|Read me {q}.|Remind me of {q}.|Say {q}.|Write {q}.|Write down {q}.|Check {q}.|Check {q} for me.|"
    "Please check {q}.|Please find out {q}.|Please get me {q}.|Please help me find {q}.|Please remind me of {q}.|Please say {q}.|Please send me {q}.|Please state {q}.|Please write {q}.|Please let us know {q}.|Can I ask about {q}?|"
    "Can I get {q}?|Can you check {q}?|Can you give me {q}?|Can you help me with {q}?|Can you look up {q}?|Can you read me {q}?|Can you remind me of {q}?|Can you tell me {q}?|Can we have {q}?|Could I get {q}?|Could I have {q}?|"
    "Could you check {q}?|Could you find {q}?|Could you find {q} for me?|Could you remind me of {q}?|Could you tell me {q}?|Could we get {q}?|May I have {q}?|May I know {q}?|Would you give me {q}?|Would you have {q}?|"
    "Would you look up {q}?|Would you tell us {q}?|Do we have {q}?|Do we know {q}?|Do you remember {q}?|Do you happen to have {q}?|Does anybody have {q}?|Does anyone know {q}?|Does it say {q}?|Does the document give {q}?|"
    "Does the document mention {q}?|Does the handbook give {q}?|Does the text say {q}?|Have you got {q}?|Is there a note on {q}?|Any idea about {q}?|Any information on {q}?|Information on {q}?|Info about {q}?|And {q}?|"
    "And {q}, please?|Also {q}, please.|And now {q}.|Next, {q}.|Now {q}, please.|Just {q}, please.|Only {q}, please.|Again {q}, please.|Quickly, {q}?|Please, {q}.|Sorry, {q}?|{q}?|{q}|{q} please|{q} please?|{q}, thanks.|"
    "{q}, if you have it.|{q}, if you can find it.|{q}, that is what I need.|{q} again, please.|Hello, I need {q}.|Hello, what about {q}?|Hello, can I have {q}?|Hi, I need {q}.|Hi, can I get {q}?|Hi, {q} please.|Excuse me, {q}?|"
    "Excuse me, I need {q}.|Good morning, I need {q}.|Thanks, now {q}.|Ok, and {q}?|What does it say about {q}?|What does the handbook say about {q}?|What do you know about {q}?|What do the notes say about {q}?|"
    "What can you tell me about {q}?|What is noted about {q}?|What is said about {q}?|What I need is {q}.|What I want is {q}.|My question is about {q}.|The question is about {q}.|It is about {q}.|All I need is {q}.|"
    "For my notes I need {q}.|For a visitor I need {q}.|Before I forget: {q}?|How about {q}?|--|Find {q}.|Show me {q}, please.|I am asking about {q}.|Do you know {q}?")
FOLLOW_UPS = split(
    "And {q}?|What about {q}?|And what about {q}?|How about {q}?|And for {q}?|Also for {q}?|Ok, and {q}?|Thanks, and {q}?|And {q}, please?|{q}?|Then {q}?|And now {q}?|I also need {q}.|Same question for {q}.|Thanks. And {q}?|"
    "What is it for {q}?|And with {q}?|Next, {q}?|And how about {q}?|And {q}|{q}|{q}, please.|{q} please?|{q} too?|{q} as well?|And {q} too?|And {q} as well?|And {q}, what about that?|And then {q}?|And next {q}?|And also {q}?|"
    "And finally {q}?|And again, {q}?|And what is it for {q}?|And is it different for {q}?|And regarding {q}?|And as for {q}?|And when it comes to {q}?|As for {q}?|As to {q}?|About {q}?|Also {q}?|Also {q}, please.|"
    "Alright, and {q}?|All right, and {q}?|Fine, and {q}?|Great, and {q}?|Great. And for {q}?|Good. What about {q}?|Nice, and {q}?|Perfect, and {q}?|I see, and {q}?|I see. And for {q}?|Right, and {q}?|Ok, now {q}.|"
    "Ok, what about {q}?|Ok, next {q}.|Okay, and for {q}?|Okay. {q}?|Thanks, now {q}.|Thanks, what about {q}?|Thanks. Also {q}?|Thanks! And {q}?|Thank you, and {q}?|Thank you. And for {q}?|Thank you. How about {q}?|"
    "Many thanks, and {q}?|So, and {q}?|So what about {q}?|Well, and {q}?|Hm, and {q}?|Sorry, I meant {q}.|Sorry, I mean {q}?|I meant {q}.|No, I mean {q}.|I also want to know about {q}.|I also ask about {q}.|"
    "I also have to ask about {q}.|I need the same for {q}.|I need it for {q} too.|I want to know it for {q} too.|And I need {q} too.|We also need {q}.|We need it for {q} as well.|Can you tell me for {q}?|"
    "Can you also tell me about {q}?|Can you do the same for {q}?|Can I have it for {q} too?|Could you also check {q}?|Could you look at {q} too?|Could you tell me that about {q} too?|Do you know it for {q}?|"
    "Do you have it for {q}?|Do you know about {q} as well?|Does it also say that for {q}?|Is it the same for {q}?|Is it the same with {q}?|Is it different for {q}?|How is it with {q}?|How is it for {q}?|How does it look for {q}?|"
    "What is it with {q}?|What do you have for {q}?|What does it say for {q}?|What would it be for {q}?|What if I ask for {q}?|For {q}?|For {q} too?|For {q} as well?|For {q}, please.|For {q}, what is it?|With {q}?|"
    "With {q}, what is it?|Next: {q}.|Next one: {q}.|Now the same for {q}, please.|Now for {q}?|Another one: {q}.|Another: {q}?|One more: {q}.|One more, {q}?|Same for {q}, please.|Same thing for {q}?|The same question about {q}.|"
    "The same question, but for {q}.|Then what about {q}?|Then for {q}?|Then also {q}, please.|Last one: {q}?|Likewise {q}?|Likewise for {q}?|Or {q}?|Or for {q}?|But {q}?|But what about {q}?|But for {q}?|Yes, and {q}?|"
    "Yes, but {q}?|Tell me about {q} too.|Tell me the same for {q}.|Tell me for {q}.|Please do the same for {q}.|Please tell me about {q} too.|Please check {q} too.|Check {q} too.|Let's go on with {q}.|"
    "Let me ask the same about {q}.|Moving on to {q}?|My next question is about {q}.|--|The same for {q}?|Now {q}?|Good, and {q}?|And in the case of {q}?|Tell me also about {q}.")
FOLLOW_DAY = split(
    "And on {q}?|What about {q}?|And {q}?|How about {q}?|How is it on {q}?|Ok, and on {q}?|Thanks, and on {q}?|On {q}?|What about on {q}?|And what about {q}?|Then on {q}?|Same question for {q}.|{q}?|{q}, please?|{q} too?|"
    "{q} as well?|{q}, how is it then?|And for {q}?|And {q}, please?|And {q} too?|And on {q}, please?|And on {q} too?|And on {q} as well?|And then on {q}?|And then {q}?|And finally on {q}?|And is it different on {q}?|"
    "And if I come on {q}?|And what is it on {q}?|And when it is {q}?|As for {q}?|But on {q}?|But what about {q}?|Ok, {q}?|Ok, and {q}?|Ok, what about {q}?|Okay, and on {q}?|Okay. On {q}?|All right, and on {q}?|Fine, and on {q}?|"
    "Great, and on {q}?|Great, and {q}?|I see, and on {q}?|I see. And {q}?|Right, and on {q}?|Perfect. And on {q}?|Thanks, what about {q}?|Thanks, and {q}?|Thanks. On {q}?|Thanks! And on {q}?|Thank you, and on {q}?|"
    "Thank you. What about {q}?|So on {q}?|So, and on {q}?|Well, and on {q}?|Sorry, I meant {q}.|Sorry, I mean on {q}?|I meant on {q}.|No, I mean {q}.|I also need {q}.|I need it for {q} too.|I also want to know about {q}.|"
    "We also need to know it for {q}.|Can you tell me for {q}?|Can you tell me about {q} too?|Could you also check {q}?|Do you know it for {q}?|Does it also say that for {q}?|Is it the same on {q}?|Is it the same for {q}?|"
    "Is it different on {q}?|Is it any different on {q}?|How does it look on {q}?|How is {q}?|How would it be on {q}?|How about on {q}?|What is it on {q}?|What of {q}?|What does it say for {q}?|What if I come on {q}?|"
    "What if it is {q}?|For {q}?|For {q}, please.|For {q} too?|If it is {q}?|If I come on {q}?|Next, {q}?|Next: {q}.|Now for {q}?|One more: {q}?|One more, on {q}?|Another day: {q}?|Or on {q}?|Or {q}?|Same on {q}?|Same for {q}?|"
    "Same thing on {q}?|The same for {q}, please.|The same question for {q}.|The same question, but on {q}.|Then {q}?|Then what about {q}?|Then how about {q}?|Likewise on {q}?|Yes, and on {q}?|Yes, but on {q}?|When it is {q}?|"
    "With {q}?|Tell me about {q} too.|Tell me for {q}.|Please tell me for {q} too.|Please check {q} too.|My next question is about {q}.|Let me ask the same about {q}.|--|Also on {q}?|Now {q}?|And how is it on {q}?|"
    "Good, and on {q}?")
LOOSE = "also still now then just really today always usually only again here exactly well normally please known fixed right set given".split()
ASIDE = "with without after before during for despite like besides because".split()
SMALL_WORDS = "the a is in at on for with by to of and from it this that we you".split()
REFUSAL = "The document does not say."
def small_talk():
    """[(ways to say it, answer)] of talk.txt, where each answer stands behind "= " before them."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "talk.txt")) as file:
        parts = [part.splitlines() for part in file.read().split("\n\n")]
    return [(asked, said.removeprefix("= ")) for said, *asked in parts]


TALK = small_talk()
