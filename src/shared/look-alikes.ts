/**
 * Letters that look like a Latin one: of other scripts, stroked, small capitals. From the confusables of Unicode (UTS 39),
 * in lower case: a letter whose capital alone looks alike is listed too (`в` because of `В`). Right-to-left scripts,
 * digits and groups of letters are left out.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: 'ɑαаᗅᴀꓮꭺ𐊠𖽀',
  b: 'ƅʙβвьᏼᑲᖯᗷꓐꞵꮟ𐊂𐊡𐌁',
  c: 'сᴄⲥꓚꮯ𐊢𐌂𐐽𐔜',
  d: 'ðđԁᑯᗞᗪᴅꓒꓓꭰꮷ',
  e: 'εеҽᴇⴹꓰꬲꭼ𐊆𑣆𑣎',
  f: 'ϝքᖴẝꓝꜰꞙꬵ𐊇𐊥𐔥𑣂',
  g: 'ƍɡɢԍցᏻᶃꓖꮐ',
  h: 'ħʜηнһհᕼⲏꓧꮋꮒ𐋏',
  i: 'ıɩɪιіꙇꭵ𑣃',
  j: 'ʝϳјᒍᴊꓙꭻ',
  k: 'κкᛕᴋⲕꓗꮶ𐔘',
  l: 'łǀʟӏᒪᛁⲓⳑⵏꓡꓲꮮ𐊊𐌉𐑃𐔦𑣒𖼖𖼨',
  m: 'μϻмᗰᛖᴍⲙꓟꮇ𐊰𐌑',
  n: 'ɴոռⲛꓠ𐔓',
  o: 'øοоօჿᴏᴑⲟⵔꓳꬽ𐊒𐊫𐐬𐓪𐔖𑣈𑣕𑣗',
  p: 'ρрᑭᴘⲣꓑꮲ𐊕',
  q: 'ԛգզⵕ',
  r: 'ʀгᖇᴦⲅꓣꭇꭈꭱꮁꮢ𐓜𖼵',
  s: 'ƽѕտꓢꜱꮥꮪ𐊖𐑈𑣁𖼺',
  t: 'τтᴛⲧꓔꭲ𐊗𐊱𐌕𖼊',
  u: 'ʋυսᑌᴜꓴꞟꭎꭒ𐓶𑣘𖽂',
  v: 'νѵᐯᴠⴸꓦꛟꮩ𐔝𑜆𑣀𖼈',
  w: 'ɯѡԝաᴡꓪꮃꮤ𑜊𑜎𑜏',
  x: 'χхᕁᕽᚷⲭⵝꓫꭓ𐊐𐊴𐌗𐔧',
  y: 'ɣʏγуүყᶌỿⲩꓬꭚꭹꮍ𐊲𑣜𖽃',
  z: 'ζᴢꓜꮓ𑣄𑣉',
};

/** One letter that is written as two elsewhere. */
const WRITTEN_AS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th', ς: 'σ' };

const LATIN = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([latin, letters]) => [...letters].map((one) => [one, latin])),
);
for (const [letter, latin] of Object.entries(WRITTEN_AS)) LATIN.set(letter, latin);
const NOT_ASCII = /[^\0-\x7f]/gu;

/** @param text in lower case and decomposed */
export function asLatin(text: string): string {
  return text.replace(NOT_ASCII, (letter) => LATIN.get(letter) ?? letter);
}
