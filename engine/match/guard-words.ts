// English words that carry a fact by themselves: where one of them differs, the text says something else.
// Lists only; `guards.ts` says what follows from them.

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

export const NEGATIONS = words(`
  no not none nor never neither nothing nobody nowhere cannot without except unless hardly barely rarely seldom
  lack lacks lacked lacking absent absence deny denies denied refuse refuses refused stop stops stopped avoid avoids
  avoided fail fails failed forbid forbids forbidden negative against instead`);

export const NUMBER_WORDS = words(`
  zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
  eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen
  half quarter third fourth fifth sixth seventh eighth ninth tenth first second last next once twice thrice
  single double triple pair couple several`);

export const UNITS = words(`
  mg mcg ug kg g lb lbs oz ml cl dl l cm mm km m ft in inch inches foot feet yard yards mile miles meter meters metre
  metres litre litres liter liters gram grams kilogram kilograms milligram milligrams microgram micrograms milliliter
  milliliters millilitre millilitres pound pounds ounce ounces cup cups spoon spoons teaspoon teaspoons tablespoon
  tablespoons tablet tablets pill pills drop drops dose doses puff puffs unit units iu mmol mol bpm mmhg
  second seconds minute minutes hour hours day days week weeks month months year years decade decades century
  am pm noon midnight percent percentage degree degrees celsius fahrenheit volt volts watt watts hz khz mhz ghz
  kb mb gb tb byte bytes dollar dollars euro euros cent cents penny pence eur usd gbp`);

/** Words whose exchange turns a sentence round: sides, order, amount, duty, time, people, colours. */
export const CONTRASTS = words(`
  before after until since during while from to into onto out of off on in at over under above below between behind
  up down left right top bottom front back inside outside near far north south east west upper lower
  more less most least many few much little all some any every each both either only enough too
  increase increases increased decrease decreases decreased rise rises rose fall falls fell gain gains loss raise
  reduce reduces reduced high higher highest low lower lowest large larger small smaller big bigger long longer
  short shorter hot warm cold cool fast faster slow slower early earlier late later old older new newer young younger
  open opens opened close closes closed start starts started begin begins began end ends ended win wins won lose loses
  lost buy buys bought sell sells sold give gives gave take takes took send sends sent receive receives received
  must may might can could should would shall will need needs always often sometimes usually daily weekly monthly
  if but or and than because although though however yes true false right wrong same different other another
  today tomorrow yesterday morning afternoon evening night tonight
  i me my mine you your yours he him his she her hers it its we us our ours they them their theirs
  mother father son daughter brother sister wife husband child children parent parents man woman men women boy girl
  male female dog cat patient doctor nurse
  red blue green yellow black white brown orange purple grey gray pink silver gold
  accept accepts accepted reject rejects rejected allow allows allowed include includes included exclude excludes
  excluded add adds added remove removes removed come comes came go goes went agree agrees agreed borrow borrows lend
  lends teach learn question answer cause causes caused effect effects prevent prevents worse worst better best
  smooth rough wet dry full empty hard soft heavy light strong weak rich poor loud quiet happy sad
  is are was were am be been being has have had does do did
  positive safe unsafe dead alive acute chronic mild severe benign malignant systolic diastolic`);

/** Words that may begin a sentence with a capital letter without being names. */
export const OPENERS = words(`
  the a an this that these those there here what which who when where why how please is are was were do does did has
  have had as so also then thus for with by at in on if it`);

/** Beginnings that turn a word into its opposite. */
export const REVERSING_PREFIXES = ['un', 'in', 'im', 'ir', 'il', 'non', 'dis', 'de', 'anti', 'hypo', 'hyper', 'mis'];
