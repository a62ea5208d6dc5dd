"""The small world the model masters: kinds of facts, how a document says them and how people ask for them.
The wordings stand in wordings/*.txt: [a/b] means either; what follows "held" is for tests only and never trained."""
import os
import re

HELD = "--"  # what follows in a list is never trained
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wordings")
CHOICE = re.compile(r"\[([^\]]*)\]")


class Kind:
    """One kind of fact: a key, slots with values, cores that state it, a table, and the questions about each slot.
    `bodies` state it under a heading that names the key."""

    def __init__(self, path):
        self.facts, self.bodies, self.questions = ([], []), ([], []), []
        into = None
        for line in open(path):
            line = line.strip()
            first, _, rest = line.partition(" ")
            if first in ("kind", "key"):
                setattr(self, "name" if first == "kind" else "key", rest)
            elif first in ("slots", "headings", "columns"):
                setattr(self, first, rest.split(" | ") if first != "slots" else rest.split())
            elif line in ("facts", "bodies"):
                into = (getattr(self, line)[0],)
            elif first == "question" and " = " in rest:
                slot, _, answer = rest.partition(" = ")
                self.questions.append(Question(slot, answer))
                into = self.questions[-1].lists(0)
            elif line == "held":
                into = self.questions[-1].lists(1) if self.questions else (self.facts[1],)
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


KINDS = [Kind(os.path.join(FOLDER, name)) for name in sorted(os.listdir(FOLDER))]
KIND = {kind.name: kind for kind in KINDS}
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
    "on {k} we are closed|{k}: closed|{k} closed|we are closed on {k}|we are not open on {k}|the [clinic/office/shop] is closed on {k}|no visits on {k}|"
    "{k} is our day off|on {k} nobody is here|on {k} the doors stay closed|on {k} we do not open|{k} - closed|on {k} there are no visits|on {k} and on holidays we are closed|on holidays and on {k} we are closed|"
    "the [clinic/office/shop] does not open on {k}|on {k} the [clinic/office/shop] stays closed|{k}: no visits|never come on {k}, we are closed|"
    "--|we stay shut on {k}|{k} is a closed day|on {k} we are not open|the clinic is not open on {k}|on {k} everything is closed")
CLOSED_ANSWER = "On {k} we are closed."
# The person or day a second fact is about, told through a first fact: for questions that need both.
THROUGH = {
    "chore": split("the person who does the {k}|the one who does the {k}|whoever does the {k}|the person responsible for the {k}|the person in charge of the {k}|--|the one doing the {k}|the person who takes care of the {k}"),
    "duty": split("the person on duty on {k}|whoever is on duty on {k}|the one on duty on {k}|the person who works on {k}|--|the one who has duty on {k}|whoever has duty on {k}"),
    "bin": split("the day the {k} bin goes out|the day of the {k} bin|the day when they empty the {k} bin|--|the day for the {k} bin|the day they collect the {k} bin"),
}
INSTEAD = split("(not {w})|, not {w}|, no longer {w}|and not {w}|instead of {w}|, {w} was before|(before: {w})|, not {w} as before|--|rather than {w}|, not {w} any more|(until last year {w})")
CORRECTED = split("Correction:|Update:|New:|Changed:|Please correct:|Attention, this changed:|Correction,|Now corrected:|--|Amended:|Important correction:|This has changed:")
OPENERS = split(
    "Please note that|Remember that|As always,|As a rule,|Note:|At the moment,|This year,|Good to know:|Please remember:|From now on,|"
    "For everybody:|Important:|Do not forget:|Since last month,|Until further notice,|We agreed that|It is fixed that|Everyone knows that|"
    "By the way,|In general,|For the record,|First of all,|As you may know,|To be clear,|Also,|Besides,|Please be aware that|You should know that|"
    "--|Keep in mind that|Please be aware:|For this season,|To repeat,|As agreed,|News:|As a reminder,|In short,")
CLOSERS = split(
    "as usual|for now|this month|without exception|until the end of the year|as before|as agreed|for the whole family|for all visitors|"
    "at the moment|like last year|if nothing changes|from today on|unless we say otherwise|as you know|again this year|for everybody|since spring|"
    "--|until summer|in any case|for the time being|like everybody knows|as a start|as planned|for another year")
SYSTEMS = [
    "You are a helpful assistant.", "You are a helpful assistant.", "You are a helpful assistant.", "Answer from the handbook.",
    "You are the clinic assistant. Answer from the handbook.", "Use only the document below.",
    "You help people find facts in the handbook. Give short answers.", "You are a friendly helper for the house.", "Be brief and exact.",
    "You are the assistant of a small clinic. Be polite, be short, and only use what the handbook says. If it does not say, tell the user.",
    "Read the text and answer the questions.", "You are a careful assistant. Copy numbers exactly as they are written. Do not guess.",
    "Today you work for the family. They will ask you about the house and the people in it.", "",
]
TITLES = ("Handbook|Clinic handbook|House handbook|Family notes|Information|House rules|Guide for visitors|Notes|Home guide|Welcome|Front desk handbook|"
          "Our recipes|Recipe book|Household|Staff notes|Reference|Practical things|Manual|Guest book|Everyday things").split("|")
DIRECT = split("{q}|{q}|{q}|{q}|{q}|{q}|Hi, a question: {q}|Quick question: {q}|{q} Thanks.|{q} Please be short.|Hello. {q}|One more thing: {q}|Next question: {q}|I forgot. {q}|"
               "According to the document: {q}|{q} I am in a hurry.|Sorry to ask again. {q}|{q} Thank you.|{q} Please help me.|Hey, {q}|Hi there. {q}|Excuse me, {q}|Another question. {q}|"
               "{q} I need it now.|Thanks. {q}|Ok, {q}|{q} I cannot remember.|Good evening. {q}|Tell me: {q}|I wonder: {q}|Please look: {q}|{q} Thank you very much.|{q} That would help me.|"
               "--|A short one: {q}|Just asking: {q}|{q} Thank you for your help.|Good morning. {q}|Help me please. {q}|{q} Many thanks.")
CLAUSE = split("Can you tell me {q}?|Could you tell me {q}?|Please tell me {q}.|I want to know {q}.|Do you know {q}?|I would like to know {q}.|I need to know {q}.|Tell me {q}.|"
               "Does the document say {q}?|Hi, can you tell me {q}?|I forgot {q}.|Do you remember {q}?|I am not sure {q}.|Can you check {q}?|Please check {q}.|Someone asks {q}.|I wonder {q}.|"
               "A visitor wants to know {q}.|Can you say {q}?|Is it written {q}?|--|May I ask {q}?|Please explain {q}.|Would you tell me {q}?|Let me know {q}.")
TOPIC = split("Tell me {q}.|I need {q}.|Please look up {q}.|What does the document say about {q}?|Give me {q}.|I am looking for {q}.|Can you find {q}?|Please give me {q}.|"
              "I want {q}.|What is written about {q}?|Could you look up {q}?|Can I have {q}?|I forgot {q}.|Look up {q}.|Do you have {q}?|Please tell me {q}.|What about {q}?|{q}, please.|"
              "I would like {q}.|Could you give me {q}?|--|Find {q}.|Show me {q}, please.|I am asking about {q}.|Do you know {q}?")
FOLLOW_UPS = split("And {q}?|What about {q}?|And what about {q}?|How about {q}?|And for {q}?|Also for {q}?|Ok, and {q}?|Thanks, and {q}?|And {q}, please?|{q}?|Then {q}?|And now {q}?|I also need {q}.|Same question for {q}.|"
                   "Thanks. And {q}?|What is it for {q}?|And with {q}?|Next, {q}?|And how about {q}?|--|The same for {q}?|Now {q}?|Good, and {q}?|And in the case of {q}?|Tell me also about {q}.")
FOLLOW_DAY = split("And on {q}?|What about {q}?|And {q}?|How about {q}?|How is it on {q}?|Ok, and on {q}?|Thanks, and on {q}?|On {q}?|What about on {q}?|And what about {q}?|Then on {q}?|Same question for {q}.|"
                   "--|Also on {q}?|Now {q}?|And how is it on {q}?|Good, and on {q}?")
LOOSE = "also still now then just really today always usually only again here exactly well normally please known fixed right set given".split()
SMALL_WORDS = "the a is in at on for with by to of and from it this that we you".split()
REFUSAL = "The document does not say."
TALK = [
    ("Hi|Hello|Hello!|Hi there|Hey|Good morning|Good evening|Hi!|Hello there|Good afternoon|Hello, nice to meet you.", "Hello. How can I help you?"),
    ("Thanks|Thank you|Thanks a lot!|Thank you very much.|Great, thanks.|Thank you!|Thanks for your help.|Perfect, thank you.|Many thanks!", "You are welcome."),
    ("Who are you?|What are you?|What is your name?|Are you a robot?|Tell me about yourself.|Are you a person?", "I am a small assistant that answers from documents."),
    ("Bye|Goodbye|See you later|Good night|Bye!|See you tomorrow.", "Goodbye. Take care."),
    ("How are you?|How are you doing?|How is it going?|How are you today?", "I am fine, thank you. How can I help you?"),
    ("What can you do?|How can you help me?|Can you help me?|Help|What do you know?", "I can look up facts in your document."),
    ("Ok|Okay|Good|Great|I see|Nice|All right.|Very good.", "Is there anything else you want to know?"),
    ("I feel sad.|I am tired.|I had a bad day.|I am not well.|I feel lonely.", "I am sorry to hear that. I hope you feel better soon."),
    ("Is this safe for me?|Which illness do I have?|What should I do about my pain?|Can I stop my medicine?|Should I take more?|Am I very ill?|My head hurts. What do I have?|Can I take more than that?|"
     "Is it dangerous for my heart?|What is wrong with me?|Which medicine is best for me?|Can you treat me?",
     "I cannot give medical advice. Please ask a doctor or a nurse."),
]
