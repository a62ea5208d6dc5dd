"""The lists of words and the words nobody has: letters that follow each other in real words, cuttings, loose letters.
Each list has a trained and a held-out part; held-out words are never trained, not even as plain words or cuttings."""
import collections
import os
import re

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
    "role": ("electrician,vet,dentist,neighbour,school,gardener,babysitter,caretaker,doctor,taxi,baker,locksmith,hospital,bank,cleaner,painter,insurance",
             "plumber,landlord,chimney sweep,police"),
    "food": (
        "peanuts,milk,eggs,shellfish,soy,wheat,pollen,cats,dust,penicillin,latex,strawberries,nuts,bees,aspirin,dogs,corn,kiwi,"
        "sesame,garlic,horses,grass,tomatoes,wool",
        "mustard,celery,mango,iodine,oats,mold,lupin,wasps",
    ),
}
VALUE_NOUNS = {  # what an attribute is called, by the sort of value it has
    "digits": ("serial number,model number,order number,account number,policy number,ticket number,reference,box number,page,key number,"
               "customer number,shelf number,floor,seat,batch,house number,PIN,channel", "licence number,file number,locker number"),
    "person": ("owner,driver,teacher,leader,cleaner,contact,manager,author,caretaker,guest,trainer,neighbour,deputy,buyer,landlord,gardener",
               "supervisor,plumber,organiser"),
    "token": ("password,brand,nickname,flavour,name,wifi password,network name,login,make,label,user name,version,licence plate,type,wifi network",
              "model name,file name,passphrase"),
    "word": ("colour,material,filling,topping,shape,smell,symbol,theme,ingredient,pattern", "fabric,motif,surface"),
    "measure": ("weight,length,height,width,capacity,size,depth,power,volume,speed limit,pressure,distance,temperature", "diameter,thickness,load"),
    "clock": ("start,end,check-in time,check-out time,departure,arrival,alarm,meeting time,breakfast time,lunch time,curfew,pickup time",
              "bedtime,starting time,last bus"),
    "day": ("day,cleaning day,delivery day,market day,day off,meeting day,washing day", "rest day,training day"),
    "date": ("deadline,last inspection,expiry date,next service,delivery date,due date,date of purchase,renewal date", "inspection date,end of the warranty"),
    "price": ("price,deposit,rent,monthly fee,value,budget,fine,entry fee,daily rate", "yearly cost,late fee,surcharge"),
    "span": ("waiting time,warranty,notice period,duration,visiting time,rest time,break,lifetime,delay,cleaning time", "cooling time,holding time"),
}
FOODS = "flour,sugar,butter,milk,salt,rice,oil,cream,honey,cheese,yeast,potatoes,onions,carrots,apples,lentils,beans,oats,cocoa,pepper,garlic,water,yoghurt,walnuts,raisins,tomatoes,ham,peas"
HELD_FOODS = "leeks,mushrooms,almonds,spinach,vinegar,breadcrumbs,cinnamon"
DISHES = "cake,soup,bread,pie,stew,pancakes,muffins,salad,pudding,curry,casserole,biscuits,tart,rolls,pasta,omelette,waffles,gratin,bake,noodles"
HELD_DISHES = "lasagne,quiche,risotto,goulash,crumble,dumplings"
WHERE = "in the,in the,in the,in the,in the,in the,in the,under the,on the,behind the,next to the,above the,inside the,near the,beside the"


def held_words():
    """Held-out entries in lower case; the words inside a held-out phrase may stand elsewhere."""
    parts = [*WORDS.values(), *VALUE_NOUNS.values(), ("", HELD_FOODS), ("", HELD_DISHES)]
    return {entry for _, unseen in parts for entry in unseen.lower().split("," if "," in unseen else " ")}


def listed():
    """All trained words in lower case: what made-up words are cut from, and a wide list of plain words beside them."""
    cuttings = [w for known, _ in WORDS.values() for w in re.split("[ ,-]", known.lower()) if len(w) > 2]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "words.txt")) as file:
        plain = [w for w in file.read().split() if w not in held_words()]
    return cuttings, plain


FRAGMENTS, PLAIN = listed()
PIECES = ([], [])  # of the tokenizer: words, and what can follow inside a word


def use_pieces(tokenizer):
    """From now on made-up words are also put together from the tokenizer's pieces, so that each one gets copied,
    also those that otherwise stand only in the wording of questions."""
    texts, held = [tokenizer.decode([i]) for i in sorted(tokenizer.texts)], held_words()
    PIECES[0].extend(t[1:].lower() for t in texts if t[0] == " " and t[1:].isalpha() and t.isascii() and t[1:].lower() not in held)
    PIECES[1].extend(t for t in texts if t.isalpha() and t.isascii() and t.islower())


def chains():
    """Which letters follow two others in the plain words: made-up words that look like real ones."""
    found = collections.defaultdict(list)
    for text in FRAGMENTS + PLAIN:
        for i, letter in enumerate(text + " "):
            found[("  " + text)[i : i + 2]].append(letter)
    return found


CHAINS = chains()


def likely(r):
    """A word of letters that follow each other in real words: "sharder"."""
    while True:
        text = "  "
        while len(text) < 13:
            letter = r.choice(CHAINS[text[-2:]])
            if letter == " ":
                break
            text += letter
        if len(text) > 4:
            return text[2:]


def made_up(r):
    """A word nobody has: likely letters, or cuttings of other words and loose letters, so that every piece of the vocabulary gets copied some day."""
    if r.random() < 0.4:
        return likely(r)
    if PIECES[0] and r.random() < 0.6:
        return r.choice(PIECES[0]) + "".join(r.choices(PIECES[1], k=r.choice([0, 0, 1, 1, 2])))
    text = ""
    while len(text) < 3 or r.random() < 0.35:
        source = r.choice(FRAGMENTS)
        start = r.randrange(len(source) - 1)
        text += source[start : start + r.randint(2, 5)] if r.random() < 0.92 else "".join(r.choices("abcdefghijklmnopqrstuvwxyz", k=r.randint(1, 3)))
    return text[:12]


def made_up_phrase(r):
    """A thing of one or two words, plain or made up: "kelad tin", "shelf lamp", "baker's oven"."""
    one = lambda: r.choice(PLAIN) if r.random() < 0.55 else made_up(r)
    between = "'s " if r.random() < 0.05 else " "
    return one() if r.random() < 0.35 else one() + between + one()
