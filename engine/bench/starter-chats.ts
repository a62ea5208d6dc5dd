// Chats that are held out for perplexity: written by hand, each about a document of its own, answered as one would wish.

export interface HeldOutChat {
  document: string;
  /** In turns: what is asked, and the reply. */
  turns: readonly (readonly [asked: string, reply: string])[];
}

export const HELD_OUT_CHATS: readonly HeldOutChat[] = [
  {
    document: `# Summer house

The house stands empty until the first of June. Whoever goes there first switches on the pump.

- The code of the boathouse is 6048.
- The code of the woodshed is 3917.
- The code of the loft is 5520.

The fuse wire is in the biscuit tin. The oars are behind the curtain. The corkscrew is in the top drawer.`,
    turns: [
      ['Hello', 'Hello. How can I help you?'],
      ['How do I open the woodshed?', 'The code of the woodshed is 3917.'],
      ['And the loft?', 'The code of the loft is 5520.'],
      ['Where are the oars?', 'The oars are behind the curtain.'],
      ['What is the code of the sauna?', 'The document does not say.'],
    ],
  },
  {
    document: `# Surgery on Mill Lane

| Day | Opens | Closes |
|---|---|---|
| Monday | 8:20 | 16:10 |
| Wednesday | 9:45 | 18:30 |
| Friday | 7:50 | 12:15 |

Dr. Eklund is in room 31. Nurse Farah is in room 8. Mr. Thorsen is in room 17.`,
    turns: [
      ['When do you open on Wednesday?', 'On Wednesday we open at 9:45.'],
      ['And on Friday?', 'On Friday we open at 7:50.'],
      ['Which room is Nurse Farah in?', 'The room of Nurse Farah is 8.'],
      ['Thank you', 'You are welcome.'],
    ],
  },
  {
    document: `# Who does what in our flat

Ottilie does the hoovering, Jasper does the composting and Ramona does the bookkeeping.

- The birthday of Ottilie is March 14.
- The birthday of Jasper is July 27.
- The birthday of Ramona is November 2.

Jasper is allergic to hazelnuts. Ottilie is allergic to nickel.`,
    turns: [
      ['Who does the composting?', 'The composting is done by Jasper.'],
      ['When was Ramona born?', 'The birthday of Ramona is November 2.'],
      ['What is Ottilie allergic to?', 'The allergy of Ottilie is nickel.'],
      ['And Ramona?', 'The document does not say.'],
    ],
  },
  {
    document: `# Medicines for grandfather

The doctor looked through this list on Tuesday.

- The dose of Tesovan is 15 mg.
- The dose of Galivex is 4 ml.
- The dose of Henodil is 60 mg.

The phone number of the practice is 555-0182. The phone number of Leonie is 555-0129.`,
    turns: [
      ['How much Galivex does he take?', 'The dose of Galivex is 4 ml.'],
      ['What about Henodil?', 'The dose of Henodil is 60 mg.'],
      ['Should he take more of it?', 'I cannot give medical advice. Please ask a doctor or a nurse.'],
      ['What is the phone number of Leonie?', 'The phone number of Leonie is 555-0129.'],
    ],
  },
  {
    document: `# Beauty and health corner

Prices hold until autumn. The pedicure costs $34, the ultrasound costs $87 and the ear piercing costs $29.

For the canteen dial 264. For the mailroom dial 718. For the switchboard dial 900.`,
    turns: [
      ['Good morning', 'Hello. How can I help you?'],
      ['How much is the ultrasound?', 'The price of the ultrasound is $87.'],
      ['What is the extension of the mailroom?', 'The extension of the mailroom is 718.'],
      ['How much is a massage?', 'The document does not say.'],
      ['Goodbye', 'Goodbye. Take care.'],
    ],
  },
];
