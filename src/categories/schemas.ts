import { z } from 'zod';
import { referredId, subjectId } from '../schema/id-fields.js';
import { text } from '../schema/text.js';
import { timestamp } from '../schema/time.js';

export const listCategoriesInput = z.strictObject({}).optional();

export const category = z
  .strictObject({
    categoryId: z.string(),
    name: z.string(),
    description: z.string(),
  })
  .meta({ id: 'Category' });

export const listCategoriesOutput = z.array(category).meta({
  examples: [
    [
      { categoryId: 'category_001', name: 'Payment Issues', description: 'Help with payment problems' },
      { categoryId: 'category_002', name: 'Loan Questions', description: 'Questions about loans' },
    ],
  ],
});

const categoryId = subjectId.meta({ description: 'Support category ID' });
const name = text({ max: 100 }).meta({ description: 'Shown to customers; no two active categories have the same' });
const description = text({ max: 1000 }).meta({ description: 'Helps customers to choose' });

const PAYMENT = {
  categoryId: 'category_001',
  name: 'Payment Issues',
  description: 'Help with payment problems',
  archivedAt: null,
};

export const deskCategory = z
  .strictObject({
    categoryId: z.string(),
    name: z.string(),
    description: z.string(),
    archivedAt: timestamp.nullable().meta({ description: 'null while it takes new tickets' }),
  })
  .meta({ id: 'DeskCategory', examples: [PAYMENT] });

export const listDeskCategoriesInput = z.strictObject({}).optional();
export const listDeskCategoriesOutput = z.array(deskCategory).meta({ examples: [[PAYMENT]] });

export const createCategoryInput = z
  .strictObject({ name, description })
  .meta({ examples: [{ name: 'Cards', description: 'Lost, stolen or declined cards' }] });

export const changeCategoryInput = z
  .strictObject({ categoryId, name: name.optional(), description: description.optional() })
  .meta({ examples: [{ name: 'Payments' }] });

export const orderCategoriesInput = z
  .strictObject({
    categoryIds: z
      .array(referredId, { error: 'Must be an array of category ids' })
      .max(1000, { error: 'Must be at most 1000 category ids' })
      .meta({ description: 'Each active category once, in the order in which customers are to see them' }),
  })
  .meta({ examples: [{ categoryIds: ['category_002', 'category_001'] }] });

export const oneCategoryInput = z.strictObject({ categoryId });

export type Category = z.infer<typeof category>;
export type DeskCategory = z.infer<typeof deskCategory>;
export type CreateCategoryInput = z.infer<typeof createCategoryInput>;
export type ChangeCategoryInput = z.infer<typeof changeCategoryInput>;
export type OrderCategoriesInput = z.infer<typeof orderCategoriesInput>;
export type OneCategoryInput = z.infer<typeof oneCategoryInput>;
