"""The small world the model masters: kinds of facts, how a document says them and how people ask for them.
Wordings are cores; corpus.py combines them with openers, closers and question frames. Cores after HELD are for tests only."""

HELD = "--"  # what follows in a list is never trained


class Kind:
    """One kind of fact: a key, slots with values, cores that state it, a table, and the questions about each slot."""

    def __init__(self, name, key, slots, headings, columns, cores, questions):
        self.name, self.key, self.slots, self.headings = name, key, slots, headings.split("|")
        self.columns, self.cores, self.questions = columns.split("|"), split(cores), questions


class Question:
    """direct: full questions. clause: after "can you tell me". topic: a noun phrase. answer: key first, then the value."""

    def __init__(self, slot, answer, direct, clause, topic):
        self.slot, self.answer = slot, answer
        self.direct, self.clause, self.topic = split(direct), split(clause), split(topic)


def split(text):
    """"a|b|--|c" -> (["a", "b"], ["c"]): trained, held out."""
    parts = text.split("|")
    cut = parts.index(HELD)
    return parts[:cut], parts[cut + 1 :]


KINDS = [
    Kind("medicine", "medicine", ["dose", "often"], "Medication|Medicines|What to take|Medicine list", "Medicine|Dose|How often",
         "{k}: {dose}, {often}|the dose of {k} is {dose}, {often}|take {k} in doses of {dose} {often}|{k} is given at {dose} {often}|"
         "for {k} the dose is {dose}, taken {often}|use {k} with a dose of {dose} {often}|{k} - {dose} - {often}|take {dose} of {k} {often}|"
         "--|of {k} you take {dose} {often}|{k}, {dose}, to be taken {often}",
         [Question("dose", "The dose of {k} is {dose}.",
                   "What is the dose of {k}?|How much {k} should I take?|How much {k} do I take?|What dose of {k} is right?|Which dose of {k} is written down?|{k} dose?|How much {k}?|--|How much {k} is given?|Which dose do I take of {k}?",
                   "what the dose of {k} is|how much {k} I should take|which dose of {k} to take|--|how much {k} to give",
                   "the dose of {k}|the right dose for {k}|the amount of {k} to take|--|the {k} dose"),
          Question("often", "The schedule of {k} is {often}.",
                   "How often do I take {k}?|How often is {k} taken?|How many times should I take {k}?|When do I take {k}?|How often should {k} be given?|{k}, how often?|--|When should I take {k}?|How often do you give {k}?",
                   "how often I should take {k}|when to take {k}|how often {k} is taken|--|how many times to take {k}",
                   "how often to take {k}|the times for {k}|the schedule of {k}|--|the times to take {k}")]),
    Kind("hours", "day", ["open", "close"], "Opening hours|Hours|When we are open|Opening times", "Day|Opens|Closes",
         "{k}: {open} to {close}|on {k} we open at {open} and close at {close}|on {k} the clinic opens at {open} and closes at {close}|"
         "on {k} the doors open at {open} and close at {close}|{k} hours are {open} to {close}|{k}: open from {open} until {close}|on {k} we are here from {open} until {close}|"
         "--|on {k} the doors are open from {open} to {close}|{k} - from {open} to {close}",
         [Question("open", "On {k} we open at {open}.",
                   "When do you open on {k}?|What time does the clinic open on {k}?|When does it open on {k}?|How early do you open on {k}?|From what time are you open on {k}?|{k} opening time?|--|At what time do the doors open on {k}?|How early can I come on {k}?",
                   "when you open on {k}|what time the doors open on {k}|how early you open on {k}|--|from when you are open on {k}",
                   "the opening time on {k}|the time you open on {k}|the start of the day on {k}|--|the opening time for {k}"),
          Question("close", "On {k} we close at {close}.",
                   "When do you close on {k}?|What time does the clinic close on {k}?|When does it close on {k}?|How late are you open on {k}?|Until what time are you open on {k}?|{k} closing time?|--|At what time do the doors close on {k}?|How late can I come on {k}?",
                   "when you close on {k}|what time the doors close on {k}|how late you are open on {k}|--|until when you are open on {k}",
                   "the closing time on {k}|the time you close on {k}|the end of the day on {k}|--|the closing time for {k}")]),
    Kind("room", "doctor", ["room"], "Rooms|Staff and rooms|Where we work|Who is where", "Name|Room",
         "{k}: room {room}|{k} works in room {room}|{k} is in room {room}|you will find {k} in room {room}|{k} sees people in room {room}|the room of {k} is {room}|{k} has room {room}|"
         "--|you can find {k} in room {room}|{k} - room {room}",
         [Question("room", "The room of {k} is {room}.",
                   "Which room is {k} in?|Where can I find {k}?|What is the room of {k}?|In which room does {k} work?|Where does {k} work?|Where is {k}?|{k} is in what room?|--|What room does {k} have?|Where will I find {k}?",
                   "where {k} works|which room {k} is in|where to find {k}|--|which room {k} works in",
                   "the room of {k}|the room number of {k}|the room where {k} works|--|the room for {k}")]),
    Kind("extension", "department", ["extension"], "Phone extensions|Extensions|Calling inside|Internal numbers", "Department|Extension",
         "{k}: {extension}|the {k} has extension {extension}|for the {k} dial {extension}|call the {k} on {extension}|the extension of the {k} is {extension}|reach the {k} on extension {extension}|{k} - extension {extension}|"
         "--|to call the {k}, dial {extension}|the {k} is on extension {extension}",
         [Question("extension", "The extension of the {k} is {extension}.",
                   "What is the extension of the {k}?|How do I call the {k}?|What do I dial for the {k}?|How can I reach the {k}?|Which extension does the {k} have?|Extension for the {k}?|--|Which extension do I call for the {k}?|How do I reach the {k}?",
                   "how to reach the {k}|what to dial for the {k}|which extension the {k} has|--|how I can call the {k}",
                   "the extension of the {k}|the number to dial for the {k}|the internal number of the {k}|--|the extension for the {k}")]),
    Kind("price", "service", ["price"], "Prices|Price list|Fees|What things cost", "Service|Price",
         "{k}: {price}|the {k} costs {price}|the price of the {k} is {price}|for the {k} we charge {price}|for the {k} you pay {price}|the fee for the {k} is {price}|{k} - {price}|"
         "--|for the {k} the price is {price}|the {k} is {price}",
         [Question("price", "The price of the {k} is {price}.",
                   "How much is the {k}?|What does the {k} cost?|What is the price of the {k}?|How much do I pay for the {k}?|What do you charge for the {k}?|Price of the {k}?|--|How much does the {k} cost?|What do I pay for the {k}?",
                   "how much the {k} costs|what you charge for the {k}|what the {k} costs|--|how much I pay for the {k}",
                   "the price of the {k}|the cost of the {k}|the fee for the {k}|--|the price for the {k}")]),
    Kind("code", "door", ["code"], "Codes|Door codes|Locks and codes|Getting in", "Place|Code",
         "{k}: {code}|the code for the {k} is {code}|to open the {k}, type {code}|the {k} opens with {code}|the {k} has the code {code}|for the {k} use {code}|{k} code: {code}|"
         "--|for the {k} the code is {code}|open the {k} with {code}",
         [Question("code", "The code of the {k} is {code}.",
                   "What is the code for the {k}?|How do I open the {k}?|Which code opens the {k}?|What do I type to open the {k}?|Which code does the {k} have?|Code for the {k}?|--|What code do I use for the {k}?|How can I open the {k}?",
                   "how to open the {k}|which code opens the {k}|what the code for the {k} is|--|what to type for the {k}",
                   "the code of the {k}|the code for the {k}|the numbers that open the {k}|--|the {k} code")]),
    Kind("place", "item", ["location"], "Where things are|Where to find things|Storage|Things in the house", "Thing|Place",
         "{k}: {location}|the {k} is in the {location}|we keep the {k} in the {location}|look for the {k} in the {location}|you can find the {k} in the {location}|the {k} belongs in the {location}|{k} - in the {location}|"
         "--|the {k} is kept in the {location}|you will find the {k} in the {location}",
         [Question("location", "The {k} is in the {location}.",
                   "Where is the {k}?|Where do we keep the {k}?|Where can I find the {k}?|Where does the {k} belong?|Where should I look for the {k}?|Where did you put the {k}?|--|In what place is the {k}?|Where do I find the {k}?",
                   "where the {k} is|where to find the {k}|where we keep the {k}|--|where to look for the {k}",
                   "the place of the {k}|the {k}|the place where we keep the {k}|--|the place for the {k}")]),
    Kind("bin", "bin", ["day"], "Waste|Bins|Waste collection|Rubbish", "Bin|Day",
         "{k} bin: {day}|the {k} bin goes out on {day}|put the {k} bin out on {day}|the {k} bin is emptied on {day}|they collect the {k} bin on {day}|for the {k} bin the day is {day}|{k} bin - {day}|"
         "--|take the {k} bin out on {day}|the {k} bin is collected on {day}",
         [Question("day", "The {k} bin goes out on {day}.",
                   "When does the {k} bin go out?|Which day is the {k} bin?|When is the {k} bin emptied?|On which day do I put out the {k} bin?|What day do they collect the {k} bin?|{k} bin, which day?|--|When do they empty the {k} bin?|What day does the {k} bin go out?",
                   "when the {k} bin goes out|which day the {k} bin is emptied|when to put out the {k} bin|--|on which day the {k} bin goes out",
                   "the day of the {k} bin|the day for the {k} bin|the {k} bin|--|the {k} bin day")]),
    Kind("birthday", "person", ["date"], "Birthdays|Birthday list|Dates to remember|Family birthdays", "Name|Birthday",
         "{k}: born {date}|the birthday of {k} is {date}|{k} was born on {date}|{k} has a birthday on {date}|we celebrate {k} on {date}|for {k} the birthday is {date}|{k} - birthday {date}|"
         "--|{k} was born {date}|{k} celebrates a birthday on {date}",
         [Question("date", "The birthday of {k} is {date}.",
                   "When is the birthday of {k}?|When was {k} born?|What is the birthday of {k}?|On which day was {k} born?|When do we celebrate {k}?|Birthday of {k}?|--|What day was {k} born?|When does {k} have a birthday?",
                   "when {k} was born|when the birthday of {k} is|when we celebrate {k}|--|on which day {k} was born",
                   "the birthday of {k}|the date of birth of {k}|the day {k} was born|--|the birthday for {k}")]),
    Kind("phone", "person", ["phone"], "Phone numbers|Phone list|Numbers to call|Contacts", "Name|Phone",
         "{k}: phone {phone}|the phone number of {k} is {phone}|call {k} at {phone}|{k} has the phone number {phone}|phone {k} on {phone}|to call {k}, use {phone}|{k} - phone {phone}|"
         "--|you can call {k} at {phone}|for {k} the phone number is {phone}",
         [Question("phone", "The phone number of {k} is {phone}.",
                   "What is the phone number of {k}?|How can I call {k}?|How do I phone {k}?|Which phone number does {k} have?|What number do I call for {k}?|Phone number of {k}?|--|What number do I use to phone {k}?|How do I call {k}?",
                   "how to call {k}|what the phone number of {k} is|which number to call for {k}|--|how to phone {k}",
                   "the phone number of {k}|the number to call {k}|the phone of {k}|--|the phone number for {k}")]),
    Kind("allergy", "person", ["food"], "Allergies|Allergy list|Be careful|What to avoid", "Name|Allergy",
         "{k}: allergic to {food}|{k} is allergic to {food}|the allergy of {k} is {food}|{k} must avoid {food}|{k} cannot have {food}|{k} has an allergy to {food}|{k} - allergy {food}|"
         "--|{k} reacts with an allergy to {food}|for {k} the allergy is {food}",
         [Question("food", "The allergy of {k} is {food}.",
                   "What is {k} allergic to?|Which allergy does {k} have?|What must {k} avoid?|What is the allergy of {k}?|What can {k} not have?|Allergy of {k}?|--|What allergy does {k} have?|What should {k} avoid?",
                   "what {k} is allergic to|what {k} must avoid|which allergy {k} has|--|what the allergy of {k} is",
                   "the allergy of {k}|the allergies of {k}|the thing {k} must avoid|--|the allergy for {k}")]),
    Kind("chore", "chore", ["person"], "Chores|Who does what|Jobs this week|Tasks", "Task|Who",
         "{k}: {person}|the {k} is done by {person}|the {k} is for {person}|for the {k} we ask {person}|the {k} is the job of {person}|for the {k} it is {person}|{k} - {person}|"
         "--|the {k} belongs to {person}|for the {k} the person is {person}",
         [Question("person", "The {k} is done by {person}.",
                   "Who does the {k}?|Who is doing the {k}?|Whose job is the {k}?|Who takes care of the {k}?|Who must do the {k}?|Who has the {k}?|--|Who should do the {k}?|By whom is the {k} done?",
                   "who does the {k}|whose job the {k} is|who takes care of the {k}|--|who has to do the {k}",
                   "the person for the {k}|the one who does the {k}|the name for the {k}|--|the person who does the {k}")]),
]
NOUNS = {  # kind: (what the value is called, the key as it stands in a sentence, the value)
    "room": ("room", "{k}", "{room}"), "extension": ("extension", "the {k}", "{extension}"), "price": ("price", "the {k}", "{price}"),
    "code": ("code", "the {k}", "{code}"), "place": ("place", "the {k}", "the {location}"), "bin": ("day", "the {k} bin", "{day}"),
    "birthday": ("birthday", "{k}", "{date}"), "phone": ("phone number", "{k}", "{phone}"), "allergy": ("allergy", "{k}", "{food}"),
    "chore": ("person", "the {k}", "{person}"),
}
GENERAL = ["the N for K is V", "N for K: V", "K (N): V", "K gets the N V", "as N of K we have V", "with K goes the N V", "we noted the N of K: V", "N of K - V"]
for kind in KINDS:
    if kind.name in NOUNS:
        noun, key, value = NOUNS[kind.name]
        kind.cores[0].extend(core.replace("N", noun).replace("K", key).replace("V", value) for core in GENERAL)

OPENERS = split(
    "Please note that|Remember that|As always,|As a rule,|Note:|At the moment,|This year,|Good to know:|Please remember:|From now on,|"
    "For everybody:|Important:|Do not forget:|Since last month,|Until further notice,|We agreed that|It is fixed that|Everyone knows that|"
    "--|Keep in mind that|Please be aware:|For this season,|To repeat,|As agreed,|News:")
CLOSERS = split(
    "as usual|for now|this month|without exception|until the end of the year|as before|as agreed|for the whole family|for all visitors|"
    "at the moment|like last year|if nothing changes|--|until summer|in any case|for the time being|like everybody knows|as a start")
FILLERS = split(
    "Please be on time.|Ask a member of staff if you need help.|Wash your hands often.|Thank you for your help.|Please read this page with care.|"
    "Keep this page in a safe place.|Changes are announced at the door.|Call us if you are not sure.|Parking is free for visitors.|"
    "Children must be with an adult.|Please speak quietly in the hall.|Bring your card with you.|We are happy to help.|"
    "This page was updated last week.|Lock the door when you leave.|Turn off the lights at night.|Smoking is not allowed.|"
    "Dogs must stay outside.|Leave your shoes at the door.|The lift is next to the stairs.|Please do not share this page.|"
    "Coffee and tea are free.|Write down what you use up.|The big table is for everyone.|If something is broken, tell us.|"
    "--|Visitors sign the book at the entrance.|Umbrellas dry in the entrance.|Lost things are kept for a month.|"
    "Close the windows when it rains.|We answer letters within a week.|The garden is open to all.")
SYSTEMS = [
    "You are a helpful assistant.", "You are a helpful assistant.", "You are a helpful assistant.", "Answer from the handbook.",
    "You are the clinic assistant. Answer from the handbook.", "Use only the document below.",
    "You help people find facts in the handbook. Give short answers.", "You are a friendly helper for the house.", "Be brief and exact.",
    "You are the assistant of a small clinic. Be polite, be short, and only use what the handbook says. If it does not say, tell the user.",
    "Read the text and answer the questions.", "You are a careful assistant. Copy numbers exactly as they are written. Do not guess.",
    "Today you work for the family. They will ask you about the house and the people in it.", "",
]
TITLES = ["Handbook", "Clinic handbook", "House handbook", "Family notes", "Information", "House rules", "Guide for visitors", "Notes", "Home guide", "Welcome"]
DIRECT = split("{q}|{q}|{q}|{q}|Hi, a question: {q}|Quick question: {q}|{q} Thanks.|{q} Please be short.|Hello. {q}|One more thing: {q}|Next question: {q}|I forgot. {q}|"
               "According to the document: {q}|{q} I am in a hurry.|Sorry to ask again. {q}|--|A short one: {q}|Just asking: {q}|{q} Thank you for your help.|Good morning. {q}")
CLAUSE = split("Can you tell me {q}?|Could you tell me {q}?|Please tell me {q}.|I want to know {q}.|Do you know {q}?|I would like to know {q}.|I need to know {q}.|Tell me {q}.|"
               "Does the document say {q}?|Hi, can you tell me {q}?|I forgot {q}.|--|May I ask {q}?|Please explain {q}.|Would you tell me {q}?")
TOPIC = split("Tell me {q}.|I need {q}.|Please look up {q}.|What does the document say about {q}?|Give me {q}.|I am looking for {q}.|Can you find {q}?|Please give me {q}.|"
              "I want {q}.|What is written about {q}?|Could you look up {q}?|--|Find {q}.|Show me {q}, please.|I am asking about {q}.")
FOLLOW_UPS = split("And {q}?|What about {q}?|And what about {q}?|How about {q}?|And for {q}?|Also for {q}?|--|The same for {q}?|Now {q}?")
FOLLOW_DAY = split("And on {q}?|What about {q}?|And {q}?|How about {q}?|How is it on {q}?|--|Also on {q}?")
LOOSE = "also still now then just really today always usually only again here exactly well normally please known fixed right set given".split()
SMALL_WORDS = "the a is in at on for with by to of and from it this that we you".split()
REFUSAL = "The document does not say."
TALK = [
    ("Hi|Hello|Hello!|Hi there|Hey|Good morning|Good evening|Hi!", "Hello. How can I help you?"),
    ("Thanks|Thank you|Thanks a lot!|Thank you very much.|Great, thanks.|Thank you!", "You are welcome."),
    ("Who are you?|What are you?|What is your name?|Are you a robot?|Tell me about yourself.", "I am a small assistant that answers from documents."),
    ("Bye|Goodbye|See you later|Good night|Bye!", "Goodbye. Take care."),
    ("How are you?|How are you doing?|How is it going?", "I am fine, thank you. How can I help you?"),
    ("What can you do?|How can you help me?|Can you help me?|Help", "I can look up facts in your document."),
    ("Ok|Okay|Good|Great|I see|Nice", "Is there anything else you want to know?"),
    ("I feel sad.|I am tired.|I had a bad day.|I am not well.", "I am sorry to hear that. I hope you feel better soon."),
    ("Is this safe for me?|Which illness do I have?|What should I do about my pain?|Can I stop my medicine?|Should I take more?|Am I very ill?",
     "I cannot give medical advice. Please ask a doctor or a nurse."),
]
