"""Names and values of every shape: people, medicines, places, numbers, times. Random, so nothing can be known by heart.
`held=True` draws from words, syllables and lengths that training never sees."""
WORDS = {
    "first": (
        "Ana Ben Carla David Emma Felix Grace Hugo Irene Jonas Kim Laura Marco Nina Oscar Paula Rosa Sam Tina Uma Victor Wendy "
        "Yusuf Zoe Alice Bruno Clara Diego Elena Frank Greta Ivan Julia Karl Lena Mia Noah Olga Peter Rita Simon Tara Vera Leo "
        "Omar Lucy Adam Eva Max Ida Tom Sara Paul Jack Ella Liam Ruth Nora Erik Amir Bela Chen Dora Fatima Gita Hana Ines Jun",
        "Maya Quinn Anders Beatriz Cedric Daphne Edgar Flora Gustav Hanna Ismail Joan Keiko Lorenzo Milena Nadia Otto Priya Raul Sven Tilda",
    ),
    "last": (
        "Smith Brown Weber Rossi Novak Silva Meyer Costa Jones Patel Khan Lee Wolf Berg Lund Kovac Marin Perez Moreau Fischer "
        "Keller Hansen Tanaka Sato Wang Singh Ali Hassan Cohen Levy Murphy Kelly Reed Stone Hill Wood Fox Bell Cole Grant Hayes",
        "Dubois Nielsen Shaw Webb York Lane Page Eriksson Okafor Lindholm Castro Baker Zhang Pereira Vogel Horvat",
    ),
    "department": (
        "reception,pharmacy,laboratory,front desk,billing office,nurse station,x-ray room,kitchen,emergency line,dental clinic,"
        "eye clinic,records office,night desk,school office,day ward,waiting room,blood bank,heart clinic,travel clinic,gift shop",
        "vaccine clinic,press office,skin clinic,sports hall,children's ward,archive,help desk",
    ),
    "service": (
        "check-up,flu shot,blood test,eye exam,cleaning,massage,hearing test,consultation,ear wash,home visit,travel vaccine,"
        "bandage change,heart test,allergy test,bone scan,sleep study,filling,crown,new card,second opinion,parking pass,foot bath",
        "skin test,liver scan,lung test,sick note,knee brace,tooth removal,video call",
    ),
    "door": (
        "garage,front door,shed,office,cellar,back door,store room,gate,safe,cabin,attic,bike room,pool,lift,gym,boat house,"
        "key box,main alarm,guest house,wine room",
        "side door,locker,tool room,barn,roof door,medicine room,letter box",
    ),
    "item": (
        "first aid kit,spare key,ladder,flashlight,tool box,fuse box,fire blanket,vacuum cleaner,sewing kit,umbrella,iron,tent,"
        "medicine box,water valve,camera,hammer,drill,paint,wheelchair,scale,printer paper,stapler,raincoat,suitcase,board game,"
        "sleeping bag,air pump,saw,rope,cake tin,candle box,chess set,extension cord,guitar,jump rope,kettle,label maker,mop",
        "passport folder,thermometer,picnic basket,glue gun,radio,tape measure,football,projector,bike lock,hand mixer",
    ),
    "location": (
        "hall closet,top drawer,cellar,garage,kitchen cupboard,attic,bathroom cabinet,blue box,desk drawer,pantry,laundry room,"
        "car trunk,bookshelf,bedroom closet,shed,green basket,staff room,metal cabinet,hall bench,guest room,corner shelf,red bag",
        "basement,hallway,wooden chest,nurse room,white crate,coat rack,bottom drawer",
    ),
    "bin": ("blue,green,brown,yellow,black,grey,red,white,paper,glass,garden,metal", "orange,plastic,purple,food"),
    "chore": (
        "laundry,vacuuming,shopping,cooking,gardening,ironing,dusting,dog walk,breakfast,car wash,mail,recycling,lunch,dinner,"
        "floor,kitchen,bathroom,stairs,cat box,fish tank,homework check,school run",
        "trash,mopping,balcony,hedge,packing,table,window cleaning",
    ),
    "food": (
        "peanuts,milk,eggs,shellfish,soy,wheat,pollen,cats,dust,penicillin,latex,strawberries,nuts,bees,aspirin,dogs,corn,kiwi,"
        "sesame,garlic,horses,grass,tomatoes,wool",
        "mustard,celery,mango,iodine,oats,mold,lupin,wasps",
    ),
}
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SIZES = "small,big,old,new,second,large,little,third,main".split(",")
OFTEN = ["once a day", "twice a day", "three times a day", "four times a day", "every morning", "every evening", "every night",
         "once a week", "twice a week", "at noon", "after meals", "before bed"]
UNITS = "mg ml drops tablets puffs capsules grams spoons".split()
VOWELS, CONSONANTS = ("a e i o u a e i o ai ee ia oa".split(), "b c d f g h j k l m n p r s t v w z br dr gr st tr pl cl sh".split())
HELD_VOWELS, HELD_CONSONANTS = ("a e i o u y ou ei ae".split(), "b d f g k l m n p r s t v x q ch th fl sk sp gl kr sch".split())
ENDINGS, HELD_ENDINGS = ("n r l s x m ne ra lin tex ol".split() + [""] * 6, "nd rt ck ph zen vir um".split() + [""] * 4)


def fragments():
    """All trained words in lower case: what made-up words are cut from."""
    return [w for known, _ in WORDS.values() for w in known.replace(",", " ").replace("-", " ").lower().split() if len(w) > 2]


FRAGMENTS = fragments()
open_share = 0.5  # of the trained names and words; the tokenizer learns from the plain lists and sets it to 0


def made_up(r):
    """A word of one to three cuttings of other words and loose letters: every piece of the vocabulary gets copied some day."""
    text = ""
    while len(text) < 3 or r.random() < 0.35:
        source = r.choice(FRAGMENTS)
        start = r.randrange(len(source) - 1)
        text += source[start : start + r.randint(2, 5)] if r.random() < 0.75 else "".join(r.choices("abcdefghijklmnopqrstuvwxyz", k=r.randint(1, 3)))
    return text[:12]


def made_up_phrase(r):
    """A made-up thing of one or two words, one of them often real: "kelad tin"."""
    if r.random() < 0.4:
        return made_up(r)
    known = r.choice(FRAGMENTS)
    return r.choice([f"{made_up(r)} {known}", f"{known} {made_up(r)}", f"{made_up(r)} {made_up(r)}", f"{known} {r.choice(FRAGMENTS)}"])


def word(r, group, held=False):
    """One word of a list, or a made-up one in training, so that no list is closed; held-out words come from the lists alone."""
    known, unseen = WORDS[group]
    cut = "," if "," in known else " "
    if not held and open_share and r.random() < open_share:
        return made_up(r).capitalize() if group in ("first", "last") else made_up_phrase(r)
    chosen = r.choice((unseen if held else known).split(cut))
    open_list = group in ("door", "item", "location")
    return f"{r.choice(SIZES)} {chosen}" if open_list and r.random() < 0.2 else chosen


def invented(r, held=False):
    """A name nobody has: two to four syllables, now and then with a hyphen or a capital inside."""
    if not held and open_share and r.random() < open_share:
        return made_up(r).capitalize()
    vowels, consonants, endings = (HELD_VOWELS, HELD_CONSONANTS, HELD_ENDINGS) if held else (VOWELS, CONSONANTS, ENDINGS)
    count = r.choice([1, 2, 2, 2, 3, 3, 4] if held else [1, 2, 2, 2, 3, 3])
    text = "".join(r.choice(consonants) + r.choice(vowels) for _ in range(count))
    if count == 1 or r.random() < 0.5:
        text += r.choice([e for e in endings if e])
    if r.random() < 0.15:
        text = r.choice("aeiou") + text
    name = text.capitalize()
    shape = r.random()
    if shape < 0.04:
        return name + "-" + r.choice(consonants).capitalize() + r.choice(vowels) + r.choice("nrls")
    return "Mc" + name if shape < 0.06 else name


def person(r, held=False):
    first = word(r, "first", held) if r.random() < 0.45 else invented(r, held)
    if r.random() < 0.3:
        return f"{first} {word(r, 'last', held) if r.random() < 0.5 else invented(r, held)}"
    return first


def doctor(r, held=False):
    last = word(r, "last", held) if r.random() < 0.4 else invented(r, held)
    return f"{r.choice(['Dr.', 'Dr.', 'Mr.', 'Mrs.', 'Nurse', 'Prof.'])} {last}"


def digits(r, count):
    return str(r.randint(10 ** (count - 1), 10**count - 1))


def clock(r, first, last):
    return f"{r.randint(first, last)}:{r.choice(['00', '05', '10', '15', '20', '30', '40', '45', '50'])}"


VALUES = {
    "medicine": lambda r, held=False: invented(r, held),
    "person": person,
    "doctor": doctor,
    "day": lambda r, held=False: r.choice(DAYS),
    "dose": lambda r, held=False: f"{digits(r, r.choice([1, 2, 2, 3]))} {r.choice(UNITS)}",
    "often": lambda r, held=False: f"every {r.randint(2, 24)} hours" if r.random() < 0.25 else r.choice(OFTEN),
    "open": lambda r, held=False: clock(r, 6, 11),
    "close": lambda r, held=False: clock(r, 12, 22),
    "room": lambda r, held=False: digits(r, r.choice([1, 2, 2, 3, 3])),
    "extension": lambda r, held=False: digits(r, r.choice([2, 3, 3, 4])),
    "price": lambda r, held=False: "$" + digits(r, r.choice([1, 2, 2, 3])) + (f".{r.randint(1, 9)}0" if r.random() < 0.15 else ""),
    "code": lambda r, held=False: digits(r, r.choice([4, 4, 4, 5, 6])),
    "date": lambda r, held=False: f"{r.choice(MONTHS)} {r.randint(1, 31)}",
    "phone": lambda r, held=False: f"{digits(r, 3)}-{digits(r, 4)}",
}


def draw(r, kind, held=False):
    """A random value of a kind of slot, as the text that stands in the document."""
    return VALUES[kind](r, held) if kind in VALUES else word(r, kind, held)
