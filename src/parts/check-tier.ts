import type { Tier, TierVisit } from '../contracts/tier.ts';
import { callPlugin } from './call-plugin.ts';
import { checkAnswer, optional, record, shape, shapes } from './shape.ts';

const { method, size } = shapes;

const address = shape('an address as text', (value) => {
  return typeof value === 'string' && URL.canParse(value);
});
const visitShape = record({
  copy: optional(record({ url: address, sizeBytes: size, read: method, refuse: method })),
  store: optional(method),
  close: method,
});

/**
 * Wraps a tier so that its answer is checked against the contract; a visit that comes too late, or violates it, is
 * closed.
 */
export function checkTier(tier: Tier): Tier {
  const { id, title, apiVersion, only } = tier;
  return {
    ...{ id, title, apiVersion, only },
    async visit(file, context) {
      let visiting: Promise<TierVisit> | undefined;
      try {
        const answer = await callPlugin(id, 'visit', context.signal, () => {
          visiting = (async () => tier.visit(file, context))();
          return visiting;
        });
        return checkAnswer(id, 'visit', answer, visitShape);
      } catch (error) {
        visiting?.then((late) => Object(late).close?.()).catch(() => undefined);
        throw error;
      }
    },
  };
}
