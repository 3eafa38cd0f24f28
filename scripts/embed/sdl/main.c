/*
** A game in C, by SDL, with Troupe inside: dots that are actors move by
** themselves on other cores, and the console that drops down is Troupe's prompt
** (the key ` or F1). Whatever is typed there, the frames go on.
**
** All that a game has to do for it is in here: make a host (make_host), call
** troupe_poll once a frame, and end it. console.c draws the prompt.
**
**   sdl-game FOLDER [STEP ...]
**
** FOLDER has world.lua and dot.lua. With steps it plays what they say, and ends
** after the last; the keys are as from a keyboard.
**
**   --type TEXT    types it, and Enter        --frames N   shows N frames
**   --text TEXT    types it                   --answered   until all is
**   --key NAME     as SDL names it, "Tab"; or "Ctrl+C"
**   --shot FILE    writes what is on the screen as a BMP
*/
#include <SDL.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <troupe.h>

#include "console.h"
#include "font.h"

#define WIDTH 960
#define HEIGHT 600
#define FRAME 16      /* ms */
#define BUDGET 2000   /* microseconds of a frame that Troupe may take */
#define DOTS 300
#define PATIENCE 1000 /* frames that --answered waits */

struct game {
  struct troupe *host;
  const double *dots; /* DOTS rows: x, y, colour */
  SDL_Window *window;
  SDL_Renderer *renderer;
  SDL_Texture *font;
  struct console *console;
  char **steps; /* what is left of the command line */
  long shown;   /* frames, in this step */
  bool over;
};

static bool complain(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return false;
}

/* --- Troupe --------------------------------------------------------------- */

static bool make_host(struct game *game, const char *folder) {
  struct troupe_options options = {0};
  char error[512], file[1024], path[1024];
  const double *dots;
  snprintf(path, sizeof path, "%s/?.lua", folder);
  snprintf(file, sizeof file, "%s/world.lua", folder);
  options.size = sizeof options;
  options.engine = true;  /* what is for this thread waits for troupe_poll */
  options.console = true; /* for struct console */
  options.path = path;
  options.log_level = "warn";
  game->host = troupe_new(&options, error, sizeof error);
  if (game->host == NULL) return complain("troupe", error);
  dots = troupe_board(game->host, "dots", DOTS, 3);
  game->dots = dots;
  if (dots == NULL) return complain("troupe", troupe_problem());
  if (troupe_start(game->host) &&
      troupe_run_file(game->host, file, 0, NULL))
    return true;
  return complain("troupe", troupe_error(game->host));
}

/* --- SDL ------------------------------------------------------------------ */

/* A thousand dots cost no graphics card. */
static bool make_window(struct game *game) {
  if (SDL_Init(SDL_INIT_VIDEO) != 0)
    return complain("SDL", SDL_GetError());
  game->window =
      SDL_CreateWindow("Troupe", SDL_WINDOWPOS_CENTERED,
                       SDL_WINDOWPOS_CENTERED, WIDTH, HEIGHT, 0);
  if (game->window != NULL)
    game->renderer =
        SDL_CreateRenderer(game->window, -1, SDL_RENDERER_SOFTWARE);
  if (game->renderer != NULL) game->font = font_texture(game->renderer);
  if (game->font == NULL) return complain("SDL", SDL_GetError());
  SDL_StartTextInput();
  return true;
}

static void draw_dots(const struct game *game) {
  for (int i = 0; i < DOTS; i++) {
    const double *dot = game->dots + 3 * i;
    SDL_Rect square = {(int)(dot[0] * (WIDTH - 6)),
                       (int)(dot[1] * (HEIGHT - 6)), 6, 6};
    SDL_SetRenderDrawColor(game->renderer, (Uint8)(255 * dot[2]), 200,
                           (Uint8)(255 - 255 * dot[2]), 255);
    SDL_RenderFillRect(game->renderer, &square);
  }
}

static void draw(const struct game *game) {
  SDL_SetRenderDrawColor(game->renderer, 24, 40, 32, 255);
  SDL_RenderClear(game->renderer);
  draw_dots(game);
  console_draw(game->console, game->renderer, game->font);
}

static void hear(struct game *game) {
  SDL_Event event;
  while (SDL_PollEvent(&event)) {
    if (event.type == SDL_QUIT)
      game->over = true;
    else if (!console_event(game->console, &event) &&
             event.type == SDL_KEYDOWN && event.key.keysym.sym == SDLK_ESCAPE)
      game->over = true;
  }
}

/* --- The steps of the command line ---------------------------------------- */

static void press(const char *name) {
  bool control = strncmp(name, "Ctrl+", 5) == 0;
  SDL_Event event = {0};
  event.type = SDL_KEYDOWN;
  event.key.keysym.sym = SDL_GetKeyFromName(control ? name + 5 : name);
  event.key.keysym.mod = control ? KMOD_CTRL : KMOD_NONE;
  SDL_PushEvent(&event);
}

static void type(const char *text) {
  for (; *text != '\0'; text++) {
    SDL_Event event = {0};
    event.type = SDL_TEXTINPUT;
    event.text.text[0] = *text;
    SDL_PushEvent(&event);
  }
}

static void shoot(struct game *game, const char *file) {
  SDL_Surface *picture = SDL_CreateRGBSurfaceWithFormat(
      0, WIDTH, HEIGHT, 24, SDL_PIXELFORMAT_BGR24);
  if (picture == NULL ||
      SDL_RenderReadPixels(game->renderer, NULL, SDL_PIXELFORMAT_BGR24,
                           picture->pixels, picture->pitch) != 0 ||
      SDL_SaveBMP(picture, file) != 0) {
    complain(file, SDL_GetError());
    exit(1);
  }
  SDL_FreeSurface(picture);
}

static void check_patience(const struct game *game) {
  if (game->shown < PATIENCE) return;
  complain("--answered", "no answer came");
  exit(1);
}

static bool is_step(const struct game *game, const char *name) {
  return strcmp(game->steps[0], name) == 0;
}

/* After each frame. Is the step in hand done? */
static bool step(struct game *game) {
  const char *value = game->steps[1];
  if (is_step(game, "--answered")) {
    check_patience(game);
    return game->shown > 1 && !console_is_waiting(game->console);
  }
  if (value == NULL) {
    complain(game->steps[0], "unknown, or without what it needs");
    exit(2);
  }
  if (is_step(game, "--frames")) return game->shown >= atol(value);
  if (is_step(game, "--shot")) shoot(game, value);
  if (is_step(game, "--key")) press(value);
  if (is_step(game, "--text") || is_step(game, "--type")) type(value);
  if (is_step(game, "--type")) press("Return");
  return true;
}

static void play(struct game *game) {
  if (game->steps[0] == NULL) return;
  game->shown++;
  if (!step(game)) return;
  game->steps += is_step(game, "--answered") ? 1 : 2;
  game->shown = 0;
  game->over |= game->steps[0] == NULL;
}

/* --- The game ------------------------------------------------------------- */

static void run(struct game *game) {
  while (!game->over) {
    Uint32 begun = SDL_GetTicks(), taken;
    hear(game);
    troupe_poll(game->host, BUDGET);
    draw(game);
    play(game);
    SDL_RenderPresent(game->renderer);
    taken = SDL_GetTicks() - begun;
    if (taken < FRAME) SDL_Delay(FRAME - taken);
  }
}

static int end(struct game *game, int status) {
  console_free(game->console);
  if (game->font != NULL) SDL_DestroyTexture(game->font);
  if (game->renderer != NULL) SDL_DestroyRenderer(game->renderer);
  if (game->window != NULL) SDL_DestroyWindow(game->window);
  SDL_Quit();
  /* What cannot be stopped, as it hangs in somebody's C, ends with us. */
  if (game->host != NULL && troupe_stop(game->host)) troupe_free(game->host);
  return status;
}

int main(int argc, char **argv) {
  struct game game = {0};
  if (argc < 2) return !complain("usage", "sdl-game FOLDER [STEP ...]");
  game.steps = argv + 2;
  if (!make_host(&game, argv[1]) || !make_window(&game)) return end(&game, 1);
  game.console = console_new(game.host, WIDTH, HEIGHT);
  if (game.console == NULL) {
    complain("the console", troupe_problem());
    return end(&game, 1);
  }
  run(&game);
  return end(&game, 0);
}
