// The kinds of fact that documents of the quality workloads hold: how they are stated, how one asks for them, and what
// their values look like. Data only, in the world of the starter model; nothing here is about a real person.

/** `{k}` stands for the key of a fact, `{v}` for its value. */
export interface FactKind {
  name: string;
  heading: string;
  /** Different enough that a text in one of them is not an edited version of a text in another. */
  says: readonly string[];
  asks: readonly string[];
  /** What a follow-up names in place of the whole question. */
  short: string;
  keys: readonly string[];
  /** Lists to draw from, or digits in a frame: `$##` is a price of two digits. */
  values: readonly string[];
  /** Finds every value of this kind in an answer, whether or not a document has it; null: its values are words. */
  pattern: RegExp | null;
  /** How the value is denied: its place in the statement is taken by another value or by a closed door. */
  denied: string;
  /** What an answer says where the fact is denied without another value; null: another value holds. */
  deniedAnswer: string | null;
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const PEOPLE = 'Anna|Boris|Clara|David|Emma|Felix|Greta|Henry|Irene|Jakob|Karin|Leon|Maria|Nora|Oscar|Paula'.split('|');
const DOORS =
  'garage|front door|side door|cellar|shed|bike room|safe|laundry room|attic|office|archive|gate|pool|storage room'.split(
    '|',
  );
const THINGS =
  'ladder|first aid kit|toolbox|spare key|umbrella|stapler|iron|torch|vacuum cleaner|printer paper|sewing kit|rake'.split(
    '|',
  );
const PLACES =
  'in the hall cupboard|on the top shelf|under the stairs|in the blue box|behind the door|in the kitchen drawer|next to the fridge|in the cellar|on the window sill|under the sink'.split(
    '|',
  );

export const FACT_KINDS: readonly FactKind[] = [
  {
    name: 'code',
    heading: 'Codes',
    says: ['The code of the {k} is {v}.', 'To open the {k}, type {v}.', '{k}: {v}', 'For the {k} use {v}.'],
    asks: [
      'What is the code of the {k}?',
      'Which code opens the {k}?',
      'What is the code for the {k}?',
      'Which code does the {k} have?',
    ],
    short: 'And the {k}?',
    keys: DOORS,
    values: ['####', '####', '#####'],
    pattern: /(?<![\d$:])\d{3,6}(?![\d:])/g,
    denied: 'The code of the {k} is {n}, no longer {v}.',
    deniedAnswer: null,
  },
  {
    name: 'extension',
    heading: 'Phone extensions',
    says: ['The extension of the {k} is {v}.', 'For the {k} dial {v}.', '{k}: extension {v}', 'Call the {k} on {v}.'],
    asks: [
      'What is the extension of the {k}?',
      'Which extension does the {k} have?',
      'What do I dial for the {k}?',
      'How can I reach the {k}?',
    ],
    short: 'And for the {k}?',
    keys: 'reception|pharmacy|laboratory|billing office|archive|kitchen|workshop|library|nurse station|front desk|day clinic|school office'.split(
      '|',
    ),
    values: ['###'],
    pattern: /(?<![\d$:])\d{2,4}(?![\d:])/g,
    denied: 'The extension of the {k} is {n}, not {v}.',
    deniedAnswer: null,
  },
  {
    name: 'room',
    heading: 'Rooms',
    says: ['{k} is in room {v}.', '{k}: room {v}', 'You will find {k} in room {v}.', '{k} works in room {v}.'],
    asks: [
      'What is the room of {k}?',
      'Which room is {k} in?',
      'In which room does {k} work?',
      'Which room do I go to for {k}?',
    ],
    short: 'And {k}?',
    keys: 'Amsel|Brink|Castell|Dorn|Eklund|Farah|Gruber|Hansen|Ivers|Jansen|Keller|Lorenz|Malik|Novak'
      .split('|')
      .map((name, at) => `${['Dr.', 'Nurse', 'Mrs.', 'Mr.'][at % 4]} ${name}`),
    values: ['#', '##', '##', '###'],
    pattern: /(?<![\d$:])\d{1,3}(?![\d:])/g,
    denied: '{k} is in room {n}, not in room {v}.',
    deniedAnswer: null,
  },
  {
    name: 'price',
    heading: 'Prices',
    says: ['The price of the {k} is {v}.', '{k}: {v}', 'The {k} costs {v}.', 'For the {k} you pay {v}.'],
    asks: [
      'What is the price of the {k}?',
      'How much is the {k}?',
      'What does the {k} cost?',
      'How much do I pay for the {k}?',
    ],
    short: 'And the {k}?',
    keys: 'blood test|flu shot|travel advice|certificate|massage|eye test|hearing test|long visit|bandage|x-ray|diet plan|photo copy'.split(
      '|',
    ),
    values: ['$##', '$##', '$###'],
    pattern: /\$\d+/g,
    denied: 'The price of the {k} is {n}, no longer {v}.',
    deniedAnswer: null,
  },
  {
    name: 'hours',
    heading: 'Opening hours',
    says: ['On {k} we open at {v}.', '{k}: open from {v}', 'On {k} the doors open at {v}.', 'We open at {v} on {k}.'],
    asks: [
      'When do you open on {k}?',
      'What time do you open on {k}?',
      'When does it open on {k}?',
      'From what time are you open on {k}?',
    ],
    short: 'And on {k}?',
    keys: DAYS,
    values: '7:30|8:00|8:15|8:45|9:00|9:30|10:00|10:15|11:15|11:45|12:30|13:00|14:30|15:45'.split('|'),
    pattern: /\d{1,2}:\d{2}/g,
    denied: 'On {k} we are closed.',
    deniedAnswer: 'closed',
  },
  {
    name: 'dose',
    heading: 'Medication',
    says: ['The dose of {k} is {v}.', '{k}: {v}', 'Take {v} of {k}.', 'For {k} the dose is {v}.'],
    asks: [
      'What is the dose of {k}?',
      'How much {k} should I take?',
      'What dose of {k} is right?',
      'How much {k} do I take?',
    ],
    short: 'And {k}?',
    keys: 'Zolprex|Bamidol|Doroxin|Fentra|Galivex|Henodil|Kasprin|Lumidax|Merolin|Novatex|Peridol|Quelora'.split('|'),
    values: ['# mg', '## mg', '## mg', '## ml', '## drops'],
    pattern: /\d+ ?(?:mg|ml|drops)/g,
    denied: 'The dose of {k} is {n}, no longer {v}.',
    deniedAnswer: null,
  },
  {
    name: 'birthday',
    heading: 'Birthdays',
    says: ['The birthday of {k} is {v}.', '{k}: {v}', '{k} was born on {v}.', 'We celebrate {k} on {v}.'],
    asks: [
      'When is the birthday of {k}?',
      'When was {k} born?',
      'What is the birthday of {k}?',
      'On which day was {k} born?',
    ],
    short: 'And {k}?',
    keys: PEOPLE,
    values: ['January', 'March', 'May', 'June', 'August', 'October', 'December'].flatMap((month) => [
      `${month} #`,
      `${month} 1#`,
      `${month} 2#`,
    ]),
    pattern: /(?:January|February|March|April|May|June|July|August|September|October|November|December) \d+/g,
    denied: 'The birthday of {k} is {n}, not {v}.',
    deniedAnswer: null,
  },
  {
    name: 'duty',
    heading: 'On duty',
    says: ['On {k} {v} is on duty.', '{k}: {v}', '{v} is on duty on {k}.', 'On {k} it is the turn of {v}.'],
    asks: ['Who is on duty on {k}?', 'Who has duty on {k}?', 'On {k}, who is on duty?', 'Who works on {k}?'],
    short: 'And on {k}?',
    keys: DAYS,
    values: PEOPLE,
    pattern: null,
    denied: 'On {k} {n} is on duty, not {v}.',
    deniedAnswer: null,
  },
  {
    name: 'place',
    heading: 'Where things are',
    says: ['The {k} is {v}.', '{k}: {v}', 'You find the {k} {v}.', 'We keep the {k} {v}.'],
    asks: ['Where is the {k}?', 'Where can I find the {k}?', 'Where do we keep the {k}?', 'Where does the {k} belong?'],
    short: 'And the {k}?',
    keys: THINGS,
    values: PLACES,
    pattern: null,
    denied: 'The {k} is {n}, not {v}.',
    deniedAnswer: null,
  },
  {
    name: 'allergy',
    heading: 'Allergies',
    says: ['{k} is allergic to {v}.', '{k}: allergic to {v}', 'The allergy of {k} is {v}.', '{k} must avoid {v}.'],
    asks: [
      'What is {k} allergic to?',
      'What is the allergy of {k}?',
      'Which allergy does {k} have?',
      'What must {k} avoid?',
    ],
    short: 'And {k}?',
    keys: PEOPLE,
    values: 'peanuts|milk|eggs|fish|wheat|honey|tomatoes|walnuts|celery|soy|sesame|strawberries'.split('|'),
    pattern: null,
    denied: '{k} is allergic to {n}, not to {v}.',
    deniedAnswer: null,
  },
  {
    name: 'chore',
    heading: 'Chores',
    says: ['The {k} is done by {v}.', '{k}: {v}', '{v} takes care of the {k}.', '{v} does the {k}.'],
    asks: [
      'Who does the {k}?',
      'Whose job is the {k}?',
      'Who takes care of the {k}?',
      'Who is responsible for the {k}?',
    ],
    short: 'And the {k}?',
    keys: 'laundry|cooking|shopping|dishes|gardening|ironing|window cleaning|dusting|baking|recycling|dog walk|paperwork'.split(
      '|',
    ),
    values: PEOPLE,
    pattern: null,
    denied: 'The {k} is done by {n}, not by {v}.',
    deniedAnswer: null,
  },
];

/** Between two texts of these lengths a document stands at positions that differ by any number. */
export const SYSTEM_TEXTS: readonly string[] = [
  'You are a helpful assistant.',
  'Answer from the handbook.',
  'Be brief and exact.',
  'Use only the document below.',
  'You are the clinic assistant. Answer from the handbook.',
  'You help people find facts in the handbook. Give short answers.',
  'You are a careful assistant. Copy numbers exactly as they are written. Do not guess.',
  'You are the assistant of a small clinic. Be polite, be short, and only use what the handbook says. If it does not say, tell the user.',
  'Today you work for the family. They will ask you about the house and the people in it. Be brief and exact.',
];

export const TITLES: readonly string[] = [
  'Clinic handbook',
  'House handbook',
  'Family notes',
  'Front desk handbook',
  'Notes',
  'Guide for visitors',
];

/** Sentences without a fact that anybody asks for. */
export const FILLERS: readonly string[] = [
  'Please read this page before you ask.',
  'All of this was checked last week.',
  'Nothing else has changed since spring.',
  'If something is wrong, tell the front desk.',
  'This page was looked through again.',
  'Thank you for keeping things in order.',
  'New people should read this twice.',
  'Ask somebody if you are not sure.',
];
