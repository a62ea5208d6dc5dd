// The world of benchmark `starter`: names, words and wordings that the starter model's training never shows. Data only;
// `starter-world.test.ts` compares it with the training lists. Nothing here is about a real person.

import type { FactKind } from './workloads-world.ts';

export interface StarterKind extends FactKind {
  /** Heads of a table of such facts. */
  columns: readonly [string, string];
}

const DAYS = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday'.split('|');
const PEOPLE =
  'Agnes|Bastian|Cosima|Dragan|Eleonora|Fabrice|Gunnar|Henrike|Isolde|Jasper|Kasimir|Leonie|Matteo|Noemi|Ottilie|Pascal|Ramona|Stellan|Thea|Valentin'.split(
    '|',
  );
const SURNAMES =
  'Amsel|Brink|Castell|Dorn|Eklund|Farah|Gruber|Ivers|Jansen|Quast|Rohde|Salgado|Thorsen|Ulrich|Voss|Zimmer';
const DOORS =
  'conservatory|orangery|turnstile|boiler house|vestry|darkroom|greenhouse|stockroom|annex|hangar|sauna|mezzanine|bunker|pavilion|observatory|laundrette';
const UNITS =
  'radiology|cardiology|physiotherapy|maternity unit|switchboard|podiatry|dispensary|mailroom|canteen|accounts team|intake desk|hospice|audiology|orthopaedics|transport unit|chaplaincy';
const SERVICES =
  'ultrasound|urine analysis|spirometry|acupuncture|mouthguard|orthotic insole|pedicure|mammogram|dermatoscopy|ear piercing|hypnosis|denture fitting|nutrition talk|stress screening|tick removal|lens fitting';
const THINGS =
  'corkscrew|defibrillator|snorkel|wheelbarrow|tripod|stethoscope|pair of binoculars|soldering iron|trampoline|humidifier|pair of pliers|hairdryer|tarpaulin|spirit level|megaphone|barometer';
const PLACES =
  'in the alcove|under the workbench|behind the bannister|on the mantelpiece|in the glovebox|beside the dishwasher|above the fireplace|in the haversack|in the coal scuttle|inside the birdhouse|next to the aquarium|under the doormat|in the crawlspace|on the sideboard|behind the headboard|in the nightstand';
const MEDICINES =
  'Zolprex|Bamidol|Fentra|Galivex|Henodil|Kasprin|Lumidax|Merolin|Novatex|Peridol|Quelora|Tesovan|Ubrilex|Ostigan|Warelin|Ciprasol';
const ALLERGENS =
  'hazelnuts|cashews|rhubarb|buckwheat|coriander|aniseed|papaya|lychees|gelatine|sulphites|nickel|turmeric|poppyseed|goosedown|ragweed|ibuprofen';
const CHORES =
  'hoovering|weeding|descaling|raking|composting|bookkeeping|snow clearing|silver polishing|bed making|litter tray|chicken feeding|meal planning|bike oiling|shoe brushing|gutter scraping|firewood';
const MONTHS = 'January|February|March|April|June|July|September|October|November|December';

const digits = (limits: string) => new RegExp(String.raw`(?<![\d$:])\d{${limits}}(?![\d:])`, 'g');

export const STARTER_KINDS: readonly StarterKind[] = [
  {
    name: 'code',
    heading: 'Getting in',
    columns: ['Where', 'Tap in'],
    says: [
      'Tap {v} on the panel beside the {k}.',
      'You unlock the {k} by entering {v}.',
      'The {k} wants {v} before it lets anybody in.',
      'Entry to the {k} works with {v}.',
    ],
    asks: [
      'What do I tap in to get the {k} open?',
      'What is the entry code of the {k}?',
      'Can you remind me of the code for the {k}?',
      'Which digits get me into the {k}?',
    ],
    short: 'And to get into the {k}?',
    keys: DOORS.split('|'),
    values: ['####', '####', '#####'],
    pattern: digits('3,6'),
    denied: 'The {k} opens with {n} these days, {v} stopped working.',
    deniedAnswer: null,
  },
  {
    name: 'extension',
    heading: 'Inside the house',
    columns: ['Team', 'Internal'],
    says: [
      'Phone the {k} internally under {v}.',
      'The desk phone of the {k} is {v}.',
      'Colleagues get through to the {k} on {v}.',
      'Whoever wants the {k} should try extension {v}.',
    ],
    asks: [
      'Which extension gets me the {k}?',
      'What is the internal extension of the {k}?',
      'What number should I try if I want the {k}?',
      'Under which extension does the {k} pick up?',
    ],
    short: 'And if I want the {k}?',
    keys: UNITS.split('|'),
    values: ['###'],
    pattern: digits('2,4'),
    denied: 'Extension {n} now rings at the {k}; {v} has been given away.',
    deniedAnswer: null,
  },
  {
    name: 'room',
    heading: 'Who sits where',
    columns: ['Colleague', 'Number on the door'],
    says: [
      '{k} can be visited in room {v}.',
      'Knock on room {v} for {k}.',
      '{k} has settled into room {v}.',
      'Talks with {k} are held in room {v}.',
    ],
    asks: [
      'What room number does {k} have?',
      'In which room will I meet {k}?',
      'To which room do I send somebody for {k}?',
      'I am here to see {k}; what room is that?',
    ],
    short: 'And {k}, which room?',
    keys: SURNAMES.split('|').map((name, at) => `${['Dr.', 'Nurse', 'Mrs.', 'Mr.'][at % 4]} ${name}`),
    values: ['#', '##', '##', '###'],
    pattern: digits('1,3'),
    denied: '{k} has left room {v} and is seen in room {n} instead.',
    deniedAnswer: null,
  },
  {
    name: 'price',
    heading: 'What people pay',
    columns: ['Service', 'Amount due'],
    says: [
      'Expect a bill of {v} for the {k}.',
      'We bill {v} whenever somebody has the {k}.',
      'The {k} is yours for {v}.',
      'Those who book the {k} are asked for {v}.',
    ],
    asks: [
      'What will the {k} set me back?',
      'How much should I bring for the {k}?',
      'What is the amount due for the {k}?',
      'Is the {k} expensive, what does it come to?',
    ],
    short: 'And what about paying for the {k}?',
    keys: SERVICES.split('|'),
    values: ['$##', '$##', '$###'],
    pattern: /\$\d+/g,
    denied: 'Nobody pays {v} for the {k} any longer: it has become {n}.',
    deniedAnswer: null,
  },
  {
    name: 'hours',
    heading: 'From when on',
    columns: ['Weekday', 'Doors unlocked'],
    says: [
      'On {k} the first person is let in at {v}.',
      'The shutters go up at {v} on {k}.',
      'On {k} the doors are unlocked from {v} onwards.',
      'Nobody gets in before {v} on {k}.',
    ],
    asks: [
      'How soon can people get in on {k}?',
      'What is the opening hour on {k}?',
      'At what hour are the doors unlocked on {k}?',
      'When could I drop by at the earliest on {k}?',
    ],
    short: 'And what is it on {k}?',
    keys: DAYS,
    values: '6:50|7:25|7:55|8:05|8:20|8:35|8:55|9:10|9:25|9:40|10:05|10:35|10:50|11:25'.split('|'),
    pattern: /\d{1,2}:\d{2}/g,
    denied: 'On {k} nobody is let in at all, we are closed.',
    deniedAnswer: 'closed',
  },
  {
    name: 'dose',
    heading: 'Medicine chest',
    columns: ['Preparation', 'At a time'],
    says: [
      'Give {v} of {k} at a time.',
      '{k} is to be handed out as {v}.',
      'A single portion of {k} is {v}.',
      'The doctor wrote down {v} for {k}.',
    ],
    asks: [
      'What dose of {k} did the doctor write down?',
      'How much {k} belongs in one dose?',
      'How big is a single dose of {k}?',
      'What is a patient given of {k}?',
    ],
    short: 'And {k}, how much of it?',
    keys: MEDICINES.split('|'),
    values: ['# mg', '## mg', '## mg', '## ml', '## drops'],
    pattern: /\d+ ?(?:mg|ml|drops)/g,
    denied: 'Of {k} nobody takes {v} any longer, a dose has become {n}.',
    deniedAnswer: null,
  },
  {
    name: 'birthday',
    heading: 'Days with cake',
    columns: ['Who', 'Candles on'],
    says: [
      '{k} adds another year on {v}.',
      'Candles are lit for {k} on {v}.',
      'Every year on {v} we bake for {k}.',
      '{k} first saw the light of day on {v}.',
    ],
    asks: [
      'On what date does {k} have the birthday?',
      'When must I think of a present for {k}?',
      'What day is the birthday of {k}?',
      'Which date is noted as the birthday of {k}?',
    ],
    short: 'And the one of {k}?',
    keys: PEOPLE,
    values: MONTHS.split('|').flatMap((month) => [`${month} #`, `${month} 1#`, `${month} 2#`]),
    pattern: /(?:January|February|March|April|May|June|July|August|September|October|November|December) \d+/g,
    denied: 'People thought {v} for {k}, but the birthday is really on {n}.',
    deniedAnswer: null,
  },
  {
    name: 'phone',
    heading: 'Ringing somebody up',
    columns: ['Person', 'Ring under'],
    says: [
      'Ring up {k} under {v}.',
      '{k} takes calls on {v}.',
      'Whoever needs {k} may try {v}.',
      'We get hold of {k} by phone, {v}.',
    ],
    asks: [
      'By which phone number do we get hold of {k}?',
      'Do we have a phone number of {k}?',
      'What is the number if I want to ring {k}?',
      'Where can I ring {k}?',
    ],
    short: 'And to ring {k}?',
    keys: PEOPLE,
    values: ['###-####', '###-####', '#### ####'],
    pattern: /\d{3,4}[- ]\d{4}/g,
    denied: '{k} has given up {v} and is phoned on {n} from today.',
    deniedAnswer: null,
  },
  {
    name: 'duty',
    heading: 'Shifts',
    columns: ['Weekday', 'Stays'],
    says: [
      '{v} stays for the {k} shift.',
      'The {k} rota names {v}.',
      'On {k} you will meet {v} at the desk.',
      '{k} is in the hands of {v}.',
    ],
    asks: [
      'Whose name is on the rota for {k}?',
      'Who stays for the shift on {k}?',
      'Who is looking after things on {k}?',
      'Who do we have on duty this {k}?',
    ],
    short: 'And whose shift is {k}?',
    keys: DAYS,
    values: PEOPLE,
    pattern: null,
    denied: 'On {k} {n} has replaced {v} on the rota.',
    deniedAnswer: null,
  },
  {
    name: 'place',
    heading: 'Lost and found',
    columns: ['Thing', 'Its spot'],
    says: [
      'The {k} has found a home {v}.',
      'Turn to the spot {v} if the {k} is wanted.',
      'After use the {k} is returned to its spot {v}.',
      '{v} is where the {k} sleeps.',
    ],
    asks: [
      'Where might the {k} be?',
      'Where has somebody put away the {k}?',
      'In which spot do I look for the {k}?',
      'I am searching for the {k}; where does it live?',
    ],
    short: 'And where might the {k} be?',
    keys: THINGS.split('|'),
    values: PLACES.split('|'),
    pattern: null,
    denied: 'The {k} has wandered off, it was {v} and is {n} today.',
    deniedAnswer: null,
  },
  {
    name: 'allergy',
    heading: 'Mind the food',
    columns: ['Eater', 'Leave out'],
    says: [
      '{k} breaks out in spots after {v}.',
      'Please cook without {v} when {k} eats with us.',
      'Not a trace of {v} for {k}.',
      'A bad reaction to {v} was noted for {k}.',
    ],
    asks: [
      'What sort of allergy is noted for {k}?',
      'What do we leave out of the food for {k}?',
      'What is dangerous for {k}?',
      'Which thing is {k} allergic to?',
    ],
    short: 'And what was noted for {k}?',
    keys: PEOPLE,
    values: ALLERGENS.split('|'),
    pattern: null,
    denied: 'It was never {v} that {k} reacts to, the allergy is to {n}.',
    deniedAnswer: null,
  },
  {
    name: 'chore',
    heading: 'Helping hands',
    columns: ['Job', 'Volunteer'],
    says: [
      '{v} sees to the {k}.',
      'The {k} rests on the shoulders of {v}.',
      '{v} volunteered for the {k}.',
      'It is up to {v} that the {k} gets done.',
    ],
    asks: [
      'Who sees to the {k}?',
      'Who volunteered for the {k}?',
      'Who do we thank for the {k}?',
      'Who in the house is down for the {k}?',
    ],
    short: 'And who sees to the {k}?',
    keys: CHORES.split('|'),
    values: PEOPLE,
    pattern: null,
    denied: '{v} gave up the {k}, {n} sees to it from today.',
    deniedAnswer: null,
  },
];

/** A person named through another fact: `{k}` is the key of that fact, and the person its value. */
export const THROUGH: Readonly<Record<'chore' | 'duty', readonly string[]>> = {
  chore: ['the person who sees to the {k}', 'the one who volunteered for the {k}'],
  duty: ['the person who stays for the shift on {k}', 'the one named on the rota for {k}'],
};

/** Kinds of which a person is the key. */
export const ABOUT_PEOPLE: readonly string[] = ['phone', 'birthday', 'allergy'];

export const STARTER_SYSTEM_TEXTS: readonly string[] = [
  'You look things up for the people at the counter. Keep to what the pages tell you and say so where they tell you nothing.',
  'This house has many visitors, and they ask the same things every day. Answer them kindly in one sentence, from the page below and from nothing else. Never invent a number.',
  'Two shifts share this desk. What they have written down for each other follows. Whoever asks you wants one short answer, taken from these notes word by word, without any remark of your own.',
];

export const STARTER_TITLES: readonly string[] = [
  'What newcomers ask',
  'Handover folder',
  'Kitchen pinboard',
  'Counter notes',
  'Leaflet for lodgers',
  'Pages from the ring binder',
];

/** Sentences without a fact that anybody asks for. */
export const STARTER_FILLERS: readonly string[] = [
  'Strangers are rarely surprised by this paragraph.',
  'Somebody pinned a drawing of a hedgehog here.',
  'Pencil marks in the margin may be ignored.',
  'Our predecessors kept a longer version.',
  'The photocopier makes this sheet look paler than it is.',
  'Complaints about the spelling are welcome.',
  'Half of this was dictated on a train.',
  'Coffee stains do not change what it means.',
  'A larger print hangs beside the mirror.',
  'Whoever laminated this deserves a medal.',
];
