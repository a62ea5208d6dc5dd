// The tokenizer of the tiny test model: byte-level BPE with a few dozen English words, and a chat template
// that puts each role's token before and one end token after every message.

export const SPECIAL_TOKENS = ['<|pad|>', '<|system|>', '<|user|>', '<|assistant|>', '<|end|>'] as const;

export const TINY_CHAT_TEMPLATE =
  "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

const WORDS =
  ' the| and| of| to| is| in| a| on| at| for| with| you| are| what| when| who| how| opens| closes| from| every| day| week' +
  '|The|What|When|ing|er|ed|es| not| this| that| be| it| as| do| please| Monday| clinic| nurse| child| water| house';

/** tokenizer.json for a model with `vocabulary` tokens: specials, 256 bytes, then merged pieces while there is room. */
export function tinyTokenizer(vocabulary: number) {
  const vocab: Record<string, number> = {};
  for (const token of SPECIAL_TOKENS) vocab[token] = Object.keys(vocab).length;
  const symbols = byteSymbols();
  for (const symbol of symbols) vocab[symbol] = Object.keys(vocab).length;
  const merges: [string, string][] = [];
  for (const word of WORDS.split('|')) {
    let piece = symbols[word.charCodeAt(0)]!;
    for (let at = 1; at < word.length; at++) {
      const next = symbols[word.charCodeAt(at)]!;
      if (vocab[piece + next] === undefined && Object.keys(vocab).length < vocabulary) {
        vocab[piece + next] = Object.keys(vocab).length;
        merges.push([piece, next]);
      }
      piece += next;
    }
  }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}

/** Whether a piece of the vocabulary is plain readable text, or the end of an answer. */
export function isSpeakable(piece: string): boolean {
  if (piece.startsWith('<|')) return piece === '<|end|>';
  return /^Ġ?[!-~]*$/.test(piece);
}

/** The printable character that stands for each byte in byte-level BPE: itself, or one from U+0100 on. */
function byteSymbols(): string[] {
  let next = 0x1_00;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : next++);
  });
}
