"use strict";
// Filter: op:softmax dtype:float32 verdict:broken ratio>100 "text" -law:x          terms are joined by "and"

const FIELDS = ["op", "law", "family", "dtype", "device", "backend", "verdict", "defect"];
const NUMBERS = ["valid", "attempted", "vacuous", "inconclusive", "rejected", "broken"];
const CASE_NUMBERS = ["ratio", "evaluations", "size", "conditioning", "kink", "resolution"];
const SIGNS = { ">": (a, b) => a > b, "<": (a, b) => a < b, ">=": (a, b) => a >= b, "<=": (a, b) => a <= b, "=": (a, b) => a === b };

function terms(query) {
  return [...query.matchAll(/(-?)(?:"([^"]*)"?|(\S+))/g)].map(([, minus, quoted, word]) => ({ excluded: minus === "-", ...term(quoted, word) }));
}

function term(quoted, word) {
  if (quoted !== undefined) return { text: quoted.toLowerCase() };
  const field = word.match(/^(\w+):"?([^"]*)"?$/);
  if (field && FIELDS.includes(field[1])) return { field: field[1], text: field[2].toLowerCase() };
  const number = word.match(/^(\w+)(>=|<=|>|<|=)([-+.\deE]+)$/);
  if (number && [...NUMBERS, ...CASE_NUMBERS].includes(number[1])) return { number: number[1], sign: number[2], than: Number(number[3]) };
  return { text: word.toLowerCase() };
}

const compares = (wanted, value) => typeof value === "number" && SIGNS[wanted.sign](value, wanted.than);
const contains = (value, text) => String(value).toLowerCase().includes(text);

function meets(cell, wanted) {
  if (wanted.number) return compares(wanted, cell[wanted.number]);
  return contains(wanted.field ? cell[wanted.field] : cell.text, wanted.text);
}

const matches = (cell, query) => query.every((wanted) => meets(cell, wanted) !== wanted.excluded);
const ofCases = (wanted) => CASE_NUMBERS.includes(wanted.number);
