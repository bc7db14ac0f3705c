/** A drawing that looks a little like a scanned page or a photograph. */
export function drawing(record, n) {
  if (record.category === "ZP") return photograph(record);
  const lines = (record.text ?? record.title.repeat(6))
    .split("\n")
    .flatMap((line) => line.match(/.{1,26}/gu) ?? [""])
    .slice(0, 26);
  const rows = lines.map((line, index) => `<text x="90" y="${190 + index * 38}">${line}</text>`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="1260" viewBox="0 0 900 1260"><rect width="900" height="1260" fill="#efe4c8"/><ellipse cx="${200 + n * 150}" cy="980" rx="190" ry="130" fill="#d9c69a" opacity=".6"/><rect x="60" y="60" width="780" height="1140" fill="none" stroke="#b33" stroke-width="2"/><text x="450" y="130" font-size="40" text-anchor="middle" fill="#a22" font-family="Noto Serif CJK SC">青 溪 县 人 民 委 员 会</text><g font-size="26" font-family="Noto Serif CJK SC" fill="#2b2620">${rows}</g><g transform="rotate(-8 690 1060)"><circle cx="690" cy="1060" r="90" fill="none" stroke="#c22" stroke-width="6" opacity=".75"/><text x="690" y="1075" font-size="44" text-anchor="middle" fill="#c22" opacity=".75">★</text></g></svg>`;
}

function photograph(record) {
  const hue = (record.title.length * 37) % 60;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="850" viewBox="0 0 1200 850"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl(${hue} 18% 82%)"/><stop offset="1" stop-color="hsl(${hue} 14% 62%)"/></linearGradient></defs><rect width="1200" height="850" fill="url(#s)"/><path d="M0 470 250 250 470 430 720 190 1000 440 1200 320V850H0Z" fill="hsl(${hue} 10% 45%)"/><path d="M0 560 1200 500V850H0Z" fill="hsl(${hue} 10% 30%)"/><path d="M0 640H1200V700H0Z" fill="hsl(${hue} 12% 70%)"/><g fill="hsl(${hue} 12% 16%)">${Array.from({ length: 26 }, (_, i) => `<circle cx="${40 + i * 45}" cy="${606 + ((i * 7) % 12)}" r="11"/><rect x="${28 + i * 45}" y="${614 + ((i * 7) % 12)}" width="24" height="44" rx="8"/>`).join("")}</g></svg>`;
}

/** One second of a quiet tone. */
export function tone() {
  const rate = 8000;
  const data = Buffer.alloc(rate * 2);
  for (let at = 0; at < rate; at += 1)
    data.writeInt16LE(Math.round(6000 * Math.sin((at * 440 * 2 * Math.PI) / rate)), at * 2);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
