// Writes ONNX files: a small graph description in, protobuf bytes out. Knows the messages and fields we use
// (field numbers are those of the ONNX format) and nothing about models.

import protobuf from 'protobufjs/light.js';

export type OnnxType = 'float' | 'int32' | 'int64' | 'float16' | 'bfloat16';
const TYPE_NUMBER: Record<OnnxType, number> = { float: 1, int32: 6, int64: 7, float16: 10, bfloat16: 16 };

export type OnnxAttribute = { int: number } | { float: number } | { ints: number[] } | { graph: OnnxBranch };

/** Operators of a branch, which see all values of the graph around it, and the value that comes out. */
export interface OnnxBranch {
  nodes: OnnxNode[];
  output: string;
}

export interface OnnxNode {
  op: string;
  /** Empty for the standard operators. */
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, OnnxAttribute>;
}

export interface OnnxTensor {
  name: string;
  type: OnnxType;
  dims: number[];
  /** The bytes themselves, or their place in a file next to the graph. */
  data: Uint8Array | { file: string; offset: number; length: number };
}

/** An input or output; a dimension given by name is free. */
export interface OnnxValue {
  name: string;
  type: OnnxType;
  dims: (number | string)[];
}

export interface OnnxGraph {
  name: string;
  nodes: OnnxNode[];
  tensors: OnnxTensor[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}

export const MICROSOFT = 'com.microsoft';
const FLOAT_ATTRIBUTE = 1;
const INT_ATTRIBUTE = 2;
const INTS_ATTRIBUTE = 7;
const GRAPH_ATTRIBUTE = 5;
const EXTERNAL = 1;

type FieldSpec = [type: string, id: number, repeated?: 'repeated'];
const MESSAGES: Record<string, Record<string, FieldSpec>> = {
  ModelProto: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    graph: ['GraphProto', 7],
    opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
  },
  OperatorSetIdProto: { domain: ['string', 1], version: ['int64', 2] },
  GraphProto: {
    node: ['NodeProto', 1, 'repeated'],
    name: ['string', 2],
    initializer: ['TensorProto', 5, 'repeated'],
    input: ['ValueInfoProto', 11, 'repeated'],
    output: ['ValueInfoProto', 12, 'repeated'],
  },
  NodeProto: {
    input: ['string', 1, 'repeated'],
    output: ['string', 2, 'repeated'],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['AttributeProto', 5, 'repeated'],
    domain: ['string', 7],
  },
  AttributeProto: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    g: ['GraphProto', 6],
    ints: ['int64', 8, 'repeated'],
    type: ['int32', 20],
  },
  TensorProto: {
    dims: ['int64', 1, 'repeated'],
    dataType: ['int32', 2],
    name: ['string', 8],
    rawData: ['bytes', 9],
    externalData: ['StringStringEntryProto', 13, 'repeated'],
    dataLocation: ['int32', 14],
  },
  StringStringEntryProto: { key: ['string', 1], value: ['string', 2] },
  ValueInfoProto: { name: ['string', 1], type: ['TypeProto', 2] },
  TypeProto: { tensorType: ['TensorTypeProto', 1] },
  TensorTypeProto: { elemType: ['int32', 1], shape: ['ShapeProto', 2] },
  ShapeProto: { dim: ['DimensionProto', 1, 'repeated'] },
  DimensionProto: { dimValue: ['int64', 1], dimParam: ['string', 2] },
};

const modelProto = onnxRoot().lookupType('ModelProto');

function onnxRoot(): protobuf.Root {
  const nested = Object.entries(MESSAGES).map(([message, fields]) => [
    message,
    {
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, [type, id, rule]]) => [name, { type, id, ...(rule ? { rule } : {}) }]),
      ),
    },
  ]);
  return protobuf.Root.fromJSON({ nested: Object.fromEntries(nested) });
}

/** The bytes of an .onnx file: IR 10, operators of ai.onnx 21 and com.microsoft 1. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  return modelProto
    .encode({
      irVersion: 10,
      producerName: 'hearth',
      opsetImport: [
        { domain: '', version: 21 },
        { domain: MICROSOFT, version: 1 },
      ],
      graph: {
        name: graph.name,
        node: graph.nodes.map(encodeNode),
        initializer: graph.tensors.map(encodeTensor),
        input: graph.inputs.map(encodeValue),
        output: graph.outputs.map(encodeValue),
      },
    })
    .finish();
}

function encodeNode(node: OnnxNode, index: number): object {
  return {
    name: `${node.op}.${index}`,
    opType: node.op,
    domain: node.domain,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) => {
      if ('int' in value) return { name, i: value.int, type: INT_ATTRIBUTE };
      if ('float' in value) return { name, f: value.float, type: FLOAT_ATTRIBUTE };
      if ('ints' in value) return { name, ints: value.ints, type: INTS_ATTRIBUTE };
      return { name, g: encodeBranch(name, value.graph), type: GRAPH_ATTRIBUTE };
    }),
  };
}

/** What it gives is as large as it turns out to be. */
function encodeBranch(name: string, { nodes, output }: OnnxBranch): object {
  return {
    name,
    node: nodes.map(encodeNode),
    output: [{ name: output, type: { tensorType: { elemType: TYPE_NUMBER.float } } }],
  };
}

function encodeTensor(tensor: OnnxTensor): object {
  const head = { name: tensor.name, dims: tensor.dims, dataType: TYPE_NUMBER[tensor.type] };
  if (tensor.data instanceof Uint8Array) return { ...head, rawData: tensor.data };
  const { file, offset, length } = tensor.data;
  const place = { location: file, offset: String(offset), length: String(length) };
  return {
    ...head,
    dataLocation: EXTERNAL,
    externalData: Object.entries(place).map(([key, value]) => ({ key, value })),
  };
}

function encodeValue(value: OnnxValue): object {
  const dim = value.dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name: value.name, type: { tensorType: { elemType: TYPE_NUMBER[value.type], shape: { dim } } } };
}
