/** The part of a parsed node that is used. */
export interface MarkupNode {
  readonly parent: MarkupNode | null;
  readonly next: MarkupNode | null;
  readonly children?: readonly MarkupNode[];
  readonly name?: string;
  readonly data?: string;
}

export interface MarkupElement extends MarkupNode {
  readonly attribs: Readonly<Record<string, string>>;
}

export interface MarkupPage {
  /** All elements of that name, in the order of the page. */
  elements(name: string): readonly MarkupElement[];
}

/** All text in a node. */
export function textOf({ data = '', children }: MarkupNode): string {
  return children === undefined ? data : children.map(textOf).join('');
}
