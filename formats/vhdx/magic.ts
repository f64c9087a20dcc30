export const vhdxMagic = 'vhdxfile';
