// The words of our own traces: what a small practice and a family read, ask and talk about. Data only; who asks what
// and when is drawn in `trace-make.ts`. Nothing here is about a real person, and nothing is medical advice.

/** One fact of a document: how it is stated, and ways of asking for it. `{k}` is its key, `{v}` its value. */
export interface FactWords {
  says: string;
  asks: readonly string[];
  keys: readonly string[];
  /** Values to draw from, or a number of so many digits. */
  values: readonly string[] | number;
}

export interface PageWords {
  id: string;
  title: string;
  /** Sentences around the facts, in their order. */
  opening: string;
  closing: string;
  facts: readonly FactWords[];
}

export interface World {
  name: string;
  people: readonly string[];
  days: number;
  /** The first is that of four chats in five. */
  systems: readonly string[];
  pages: readonly PageWords[];
  /** Private texts by their sentences, each with words to draw from, and what is asked about them. */
  privateTexts: readonly { title: string; sentences: readonly string[]; asks: readonly string[] }[];
  /** Questions that mean nearly the same, asked without a document. */
  similar: readonly (readonly string[])[];
  smallTalk: readonly (readonly string[])[];
  shares: Record<TurnKind, number>;
}

export type TurnKind =
  | 'library-question'
  | 'similar-question'
  | 'private-text'
  | 'follow-up'
  | 'two-documents'
  | 'edited-document'
  | 'small-talk';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];
const HOURS = ['7:30', '8:00', '8:15', '8:45', '9:30', '10:00', '11:15', '13:00', '14:30', '16:15', '17:45'];
const STAFF = ['Doctor Amsel', 'Doctor Brink', 'Doctor Castell', 'Nurse Dorn', 'Nurse Eklund', 'Nurse Farah'];
const KIN = ['Ida', 'Jonas', 'Karla', 'Lukas', 'Mona', 'Nils'];
const PLACES = [
  'the hall cupboard',
  'the cellar',
  'the garage',
  'the blue box',
  'the desk drawer',
  'the kitchen shelf',
];
const DATES = ['3 May', '21 October', '14 February', '9 August', '30 November', '17 June', '26 March'];

const HOURS_OF = (what: string): FactWords => ({
  says: `On {k} ${what} opens at {v}.`,
  asks: [`When does ${what} open on {k}?`, `At what time does ${what} open on {k}?`],
  keys: DAYS,
  values: HOURS,
});
const ROOM: FactWords = {
  says: '{k} works in room {v}.',
  asks: ['In which room is {k}?', 'What is the room of {k}?'],
  keys: STAFF,
  values: 2,
};
const EXTENSION: FactWords = {
  says: 'The extension of the {k} is {v}.',
  asks: ['What is the extension of the {k}?', 'Which number do I dial for the {k}?'],
  keys: ['reception', 'pharmacy', 'laboratory', 'billing office', 'archive', 'emergency room'],
  values: 3,
};
const PRICE: FactWords = {
  says: 'The price of the {k} is ${v}.',
  asks: ['What is the price of the {k}?', 'How much is the {k}?'],
  keys: ['blood test', 'flu shot', 'travel advice', 'medical certificate', 'eye test', 'hearing test'],
  values: 2,
};
const DUTY: FactWords = {
  says: 'On {k} {v} is on duty.',
  asks: ['Who is on duty on {k}?'],
  keys: DAYS,
  values: STAFF,
};
const LEAFLET = (drug: string): FactWords[] => [
  {
    says: `{k} take {v} mg of ${drug} a day.`,
    asks: [`How many mg of ${drug} do {k} take a day?`, `What is the daily dose of ${drug} for {k}?`],
    keys: ['adults', 'children over six years', 'people over seventy'],
    values: ['5', '10', '15', '25', '40', '50'],
  },
  {
    says: `${drug} is taken {k} with {v}.`,
    asks: [`What is ${drug} taken with {k}?`],
    keys: ['in the morning', 'at noon', 'in the evening'],
    values: ['a glass of water', 'some bread', 'warm milk', 'a full meal'],
  },
  {
    says: `A pack of {k} tablets of ${drug} has the number {v}.`,
    asks: [`What is the number of the pack of {k} tablets of ${drug}?`],
    keys: ['20', '50', '100'],
    values: 5,
  },
];

const CLINIC: World = {
  name: 'clinic-day',
  people: ['reception', 'nurse', 'doctor', 'trainee'],
  days: 1,
  systems: [
    'You are the assistant of a small practice. Answer from the documents, briefly. If they do not say it, say so.',
    'You explain things to new colleagues of a practice. Use simple words and short sentences.',
  ],
  pages: [
    {
      id: 'front-desk',
      title: 'Front desk',
      opening: 'For everyone who sits at the front desk. Questions about symptoms go to a nurse or a doctor.',
      closing: 'Cards and cash are both fine. A receipt is printed for everybody, also when nobody asks for it.',
      facts: [HOURS_OF('the practice'), ROOM, EXTENSION, PRICE],
    },
    {
      id: 'laboratory',
      title: 'Laboratory',
      opening: 'Samples are labelled before they leave the room, with name, date of birth and the time.',
      closing: 'A sample without a label is not sent. Call the ward and ask for a new one.',
      facts: [
        HOURS_OF('the laboratory'),
        {
          says: 'The {k} tube is for {v}.',
          asks: ['What is the {k} tube for?', 'Which test needs the {k} tube?'],
          keys: ['red', 'green', 'purple', 'yellow', 'grey'],
          values: ['blood count', 'sugar', 'clotting', 'liver values', 'thyroid values', 'iron'],
        },
        EXTENSION,
      ],
    },
    {
      id: 'duty-plan',
      title: 'Duty plan',
      opening: 'The plan holds for the whole month. Whoever swaps a duty tells the reception on the day before.',
      closing: 'After a night on duty nobody works the next morning.',
      facts: [DUTY, ROOM, HOURS_OF('the night desk')],
    },
    {
      id: 'leaflet-doroxin',
      title: 'Leaflet: Doroxin',
      opening: 'Doroxin tablets are for pain after an operation. Read this leaflet before you take the first one.',
      closing: 'Keep the tablets dry and away from children. Do not take two doses at once.',
      facts: LEAFLET('Doroxin'),
    },
    {
      id: 'leaflet-velanta',
      title: 'Leaflet: Velanta',
      opening: 'Velanta tablets are for a blocked nose in spring. They can make you tired.',
      closing: 'Do not drive a car in the first hour. Ask a doctor before you take anything else with it.',
      facts: LEAFLET('Velanta'),
    },
  ],
  privateTexts: [
    {
      title: 'visit',
      sentences: [
        'The patient is {43|58|61|35|72} years old and came because of {a cough|back pain|a rash|headaches|a sore knee}.',
        'It began {three days|two weeks|a month} ago and is {worse at night|worse after meals|better in the morning}.',
        'The blood pressure was {120|135|148|152} over {70|82|95}.',
        'There is an allergy to {penicillin|nuts|latex|bee stings}.',
        'We agreed on {rest|a blood test|an x-ray|more water} and on a new visit in {two|three|six} weeks.',
      ],
      asks: ['Write two sentences for the file.', 'What did we agree on?', 'Which allergy is there?'],
    },
    {
      title: 'letter',
      sentences: [
        'Dear colleague, thank you for sending {Mrs. Tiller|Mr. Unger|Mrs. Vance|Mr. Winter} to us.',
        'We found {nothing new|a small fracture|a mild infection} and gave {nothing|a bandage|drops for five days}.',
        'The next visit is on {3 May|17 June|9 August} in room {4|11|23}.',
      ],
      asks: ['Make this letter shorter.', 'When is the next visit?'],
    },
  ],
  similar: [
    ['How do I fold a bandage?', 'How is a bandage folded?', 'What is the right way to fold a bandage?'],
    [
      'Can I give the flu shot to somebody with a cold?',
      'Is the flu shot fine for somebody who has a cold?',
      'Somebody has a cold: can I give the flu shot?',
    ],
    ['What do I say when the printer is empty?', 'The printer is empty, what do I do?', 'Who fills up the printer?'],
    [
      'How long is a prescription good for?',
      'For how long can a prescription be used?',
      'When does a prescription end?',
    ],
  ],
  smallTalk: [
    ['Good morning', 'How are you today?', 'Thanks, see you later'],
    ['Hello', 'It is very full today.', 'Thank you'],
  ],
  shares: {
    'library-question': 0.34,
    'similar-question': 0.17,
    'private-text': 0.16,
    'follow-up': 0.17,
    'two-documents': 0.08,
    'edited-document': 0.04,
    'small-talk': 0.04,
  },
};

const BIRTHDAY: FactWords = {
  says: 'The birthday of {k} is {v}.',
  asks: ['When is the birthday of {k}?', 'On which day was {k} born?'],
  keys: KIN,
  values: DATES,
};
const WHERE: FactWords = {
  says: 'The {k} is in {v}.',
  asks: ['Where is the {k}?', 'In which place do I find the {k}?'],
  keys: ['ladder', 'toolbox', 'first aid kit', 'sewing kit', 'tent', 'torch'],
  values: PLACES,
};
const CODE: FactWords = {
  says: 'The code of the {k} is {v}.',
  asks: ['What is the code of the {k}?'],
  keys: ['front door', 'garage', 'bicycle lock', 'garden gate', 'suitcase'],
  values: 4,
};
const CHORE: FactWords = {
  says: '{v} does the {k}.',
  asks: ['Who does the {k}?'],
  keys: ['dishes', 'laundry', 'shopping', 'vacuuming', 'plants'],
  values: KIN,
};
const DISH = (dish: string): FactWords => ({
  says: `For ${dish} take {v} g of {k}.`,
  asks: [`How much {k} goes into ${dish}?`, `How many g of {k} do I need for ${dish}?`],
  keys: ['flour', 'butter', 'sugar', 'lentils', 'rice', 'cheese'],
  values: ['80', '120', '150', '200', '250', '300'],
});

const FAMILY: World = {
  name: 'family-week',
  people: ['mother', 'father', 'daughter', 'grandfather'],
  days: 7,
  systems: [
    'You are the helper of a family. Be friendly and brief, and answer from the documents where there are any.',
    'You help a child with homework. Explain one step at a time and ask whether it was clear.',
  ],
  pages: [
    {
      id: 'household',
      title: 'Household',
      opening: 'Everything that a guest or a tired parent asks twice. Last looked through in spring.',
      closing: 'The password of the guest network is written on the back of the router, and nowhere else.',
      facts: [WHERE, CODE, CHORE],
    },
    {
      id: 'people',
      title: 'Our people',
      opening: 'Birthdays, phone numbers and what everybody likes. Do not show this page to strangers.',
      closing: 'Presents are bought by whoever has the next birthday. A card is enough for neighbours.',
      facts: [
        BIRTHDAY,
        {
          says: 'The phone number of {k} is 555-{v}.',
          asks: ['What is the phone number of {k}?', 'Which number does {k} have?'],
          keys: KIN,
          values: 4,
        },
        {
          says: '{k} is allergic to {v}.',
          asks: ['What is {k} allergic to?'],
          keys: KIN,
          values: ['peanuts', 'eggs', 'cats', 'milk', 'apples', 'grass'],
        },
      ],
    },
    {
      id: 'recipes',
      title: 'Recipe book',
      opening: 'Dishes that this kitchen makes well. Spoons are level, and the oven is hot before anything goes in.',
      closing: 'Whoever cooks does not wash up. What is left is for lunch on the next day.',
      facts: [DISH('pancakes'), DISH('lentil soup'), DISH('apple cake')],
    },
    {
      id: 'holiday-house',
      title: 'Holiday house',
      opening: 'The house by the lake belongs to all of us. Who leaves last turns off the water.',
      closing: 'The boat is for calm days only, and nobody goes out alone.',
      facts: [WHERE, CODE, HOURS_OF('the shop in the village')],
    },
    {
      id: 'school',
      title: 'School',
      opening: 'The page for everything that comes from school. New letters go on the pile at the door.',
      closing: 'An excuse has to be at school before nine. The form is in the folder.',
      facts: [
        {
          says: 'On {k} there is {v} in the afternoon.',
          asks: ['What is there in the afternoon on {k}?'],
          keys: DAYS,
          values: ['swimming', 'choir', 'football', 'chess', 'drawing', 'nothing'],
        },
        HOURS_OF('the school library'),
        CHORE,
      ],
    },
  ],
  privateTexts: [
    {
      title: 'diary',
      sentences: [
        'Today I met {Ole|Pia|Quentin|Rosa} at {the lake|the station|the market}.',
        'We talked about {the trip|the new job|the old dog} until {four|six|half past eight}.',
        'I did not say that {I lost the key|I paid 40 too much|I am moving in autumn}.',
        'Tomorrow I will {call the bank|write to the school|buy a present}.',
      ],
      asks: ['Write this in a kinder way.', 'What did I not say?', 'What will I do tomorrow?'],
    },
    {
      title: 'homework',
      sentences: [
        'A train leaves at {8:10|9:25|10:40} and needs {35|50|75} minutes.',
        'There are {12|18|24} children in the train, and {three|five|seven} of them get out at the first stop.',
        'A ticket costs {$2|$3|$4}.',
      ],
      asks: ['When does the train arrive?', 'How many children are left?', 'Explain how to solve this.'],
    },
  ],
  similar: [
    ['Turn on the light in the kitchen', 'Switch on the kitchen light', 'Kitchen light on, please'],
    ['What should we cook today?', 'What could we cook this evening?', 'Do you have an idea for dinner?'],
    ['Tell me a story about a fox', 'I want to hear a story about a fox', 'Do you know a story about a fox?'],
    ['How do I get red wine out of a shirt?', 'There is red wine on my shirt, what now?'],
  ],
  smallTalk: [
    ['Hi', 'How are you?', 'Bye'],
    ['Good evening', 'I had a long day.', 'Thank you'],
    ['Hello there', 'What can you do?', 'Nice, thanks'],
  ],
  shares: {
    'library-question': 0.3,
    'similar-question': 0.2,
    'private-text': 0.14,
    'follow-up': 0.2,
    'two-documents': 0.05,
    'edited-document': 0.03,
    'small-talk': 0.08,
  },
};

export const WORLDS: readonly World[] = [CLINIC, FAMILY];
