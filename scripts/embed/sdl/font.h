/*
** A font of 5 x 7 pixels: ASCII, and a box for the rest.
*/
#ifndef FONT_H
#define FONT_H

#include <SDL.h>

#define FONT_WIDTH 5
#define FONT_HEIGHT 7
#define FONT_SCALE 2
/* What a character takes on the screen, with the space around it. */
#define FONT_CELL_WIDTH (6 * FONT_SCALE)
#define FONT_CELL_HEIGHT (9 * FONT_SCALE)

/* All glyphs, white, in a row. NULL: SDL_GetError says why. */
SDL_Texture *font_texture(SDL_Renderer *renderer);

/* In the colour that SDL_SetTextureColorMod has given the texture. */
void font_draw(SDL_Renderer *renderer, SDL_Texture *texture, int x, int y,
               char character);

#endif
