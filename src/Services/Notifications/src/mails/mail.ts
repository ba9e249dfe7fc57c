/** What a person or the operators are to be told. Holds no name and no address. */
export type Content =
  | {
      readonly kind: 'order-placed';
      readonly order: string;
      readonly currency: string;
      readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unitPriceMinor: number }[];
      readonly deliveryMinor: number;
      readonly totalMinor: number;
    }
  | { readonly kind: 'order-confirmed'; readonly order: string }
  | { readonly kind: 'order-shipped'; readonly order: string }
  | { readonly kind: 'order-cancelled'; readonly order: string; readonly reason: string }
  | { readonly kind: 'stock-low'; readonly sku: string; readonly onHand: number };

export type Kind = Content['kind'];

/** What one can do without. That an order was taken or ended must be told. */
export const unneeded = ['order-confirmed', 'order-shipped'] as const satisfies readonly Kind[];

export type UnneededKind = (typeof unneeded)[number];

export function isUnneeded(kind: string): kind is UnneededKind {
  return (unneeded as readonly string[]).includes(kind);
}
