/*
** libedit asks get_character for each character that it wants; all waiting is
** there, in the face. It draws with differences to what it drew before, so who
** writes in between has to make it forget that: editor_hide removes the line
** from the screen, by an own count of where it stands, and editor_show has it
** drawn anew.
**
** Nothing is read from the terminal but in a line: what is typed while there is
** none waits there, or in `bytes`.
*/
#define _GNU_SOURCE /* newlocale */
#include "terminal/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wctype.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/completion.h"
#include "terminal/past.h"
#include "terminal/screen.h"
#include "terminal/wide.h"

#define PASTE_BEGIN "\033[?2004h"
#define PASTE_END "\033[?2004l"

struct editor {
  EditLine *line;
  HistoryW *history;
  struct past *past;
  FILE *screen;
  int input;
  int output;
  bool able; /* the terminal can be drawn on */
  const struct editor_face *face;
  void *context;
  locale_t locale;
  locale_t former;
  bool editing;
  bool hidden; /* between editor_hide and editor_show */
  bool pasting;
  bool full;            /* something has been dropped */
  enum editor_wait cut; /* EDITOR_READY: the line has not been left */
  wchar_t prompt[SCREEN_PROMPT_SIZE];
  wchar_t plain_prompt[SCREEN_PROMPT_SIZE];
  char bytes[4096]; /* read, and not yet decoded */
  size_t start;
  size_t end;
  mbstate_t decoding;
  size_t completed_size; /* of the line when candidates were inserted last */
  size_t completed_at;
};

static struct editor *editor_of(EditLine *line) {
  struct editor *editor;
  el_wget(line, EL_CLIENTDATA, &editor);
  return editor;
}

/* --- Characters ----------------------------------------------------------- */

/* False: more bytes are needed. */
static bool decode(struct editor *editor, wchar_t *character) {
  size_t left = editor->end - editor->start;
  size_t used;
  if (left == 0) return false;
  used = mbrtowc(character, editor->bytes + editor->start, left,
                 &editor->decoding);
  if (used == (size_t)-2) { /* it has taken the part that there is */
    editor->start = editor->end;
    return false;
  }
  if (used > left) {
    editor->decoding = (mbstate_t){0};
    *character = 0xfffd;
  }
  editor->start += used == 0 || used > left ? 1 : used;
  return true;
}

/* False: no more will come. */
static bool fill(struct editor *editor) {
  ssize_t got;
  do {
    got = read(editor->input, editor->bytes, sizeof editor->bytes);
  } while (got < 0 && (errno == EINTR || errno == EAGAIN));
  editor->start = 0;
  editor->end = got > 0 ? (size_t)got : 0;
  return got > 0;
}

static size_t line_size(EditLine *line) {
  const LineInfoW *info = el_wline(line);
  return (size_t)(info->lastchar - info->buffer);
}

static int read_character(struct editor *editor, wchar_t *character) {
  while (!decode(editor, character)) {
    editor->cut = editor->face->wait(editor->context);
    errno = EINTR;
    if (editor->cut != EDITOR_READY) return -1;
    if (!fill(editor)) return 0;
  }
  return 1;
}

/* libedit shows each character by itself, which takes its time: a block that
** is typed by a machine without saying so is not shown to its end. */
static bool has_room(struct editor *editor, wchar_t character) {
  if (!iswprint((wint_t)character) || editor->pasting ||
      line_size(editor->line) < EDITOR_TYPED_LARGEST)
    return true;
  editor->full = true;
  return false;
}

/* What libedit calls for each. -1: leave the line; 0: the end. */
static int get_character(EditLine *line, wchar_t *character) {
  struct editor *editor = editor_of(line);
  int count;
  do {
    count = read_character(editor, character);
  } while (count == 1 && !has_room(editor, *character));
  return count;
}

/* --- Drawing -------------------------------------------------------------- */

static wchar_t *show_prompt(EditLine *line) { return editor_of(line)->prompt; }

/* Where the cursor stands, and the end of the line, from where it begins. */
static void find_places(struct editor *editor, struct place *cursor,
                        struct place *end, int *rows) {
  const LineInfoW *line = el_wline(editor->line);
  struct place start = {0, 0};
  int columns;
  screen_size(editor->output, &columns, rows);
  start = screen_advance(start, columns, editor->plain_prompt,
                         wcslen(editor->plain_prompt));
  *cursor = screen_advance(start, columns, line->buffer,
                           (size_t)(line->cursor - line->buffer));
  *end = screen_advance(*cursor, columns, line->cursor,
                        (size_t)(line->lastchar - line->cursor));
}

static int limit(int number, int most) { return number < most ? number : most; }

/* Row by row from the last one up: a terminal may take it for the end of all
** that is on its screen if everything goes at once, and keep a copy. */
static void erase(struct editor *editor) {
  struct place cursor, end;
  int rows, last, down;
  find_places(editor, &cursor, &end, &rows);
  last = limit(end.row, rows - 1);
  down = last - limit(cursor.row, last);
  if (down > 0) fprintf(editor->screen, "\033[%dB", down);
  for (int row = last; row >= 0; row--)
    fputs(row > 0 ? "\r\033[2K\033[A" : "\r\033[2K", editor->screen);
}

void editor_hide(struct editor *editor) {
  if (!editor->editing || editor->hidden) return;
  if (editor->able)
    erase(editor);
  else
    fputc('\n', editor->screen);
  fflush(editor->screen);
  editor->hidden = true;
}

void editor_show(struct editor *editor) {
  if (editor->editing) el_wset(editor->line, EL_REFRESH);
  editor->hidden = false;
}

/* Goes on below the line, which stays as it is. */
static void leave_line(struct editor *editor, const char *mark) {
  struct place cursor, end;
  int rows;
  if (editor->able) {
    find_places(editor, &cursor, &end, &rows);
    if (end.row > cursor.row)
      fprintf(editor->screen, "\033[%dB", end.row - cursor.row);
    fprintf(editor->screen, "\033[%dG", end.column + 1);
  }
  fprintf(editor->screen, "%s\n", mark);
  fflush(editor->screen);
}

/* A signal may have come while somebody writes above the line, who will show
** it. */
void editor_resize(struct editor *editor) {
  bool hidden = editor->hidden;
  editor_hide(editor);
  el_resize(editor->line);
  if (!hidden) editor_show(editor);
}

void editor_release(struct editor *editor) {
  if (!editor->editing) return;
  if (!editor->hidden) leave_line(editor, "");
  if (editor->able) fputs(PASTE_END, editor->screen);
  fflush(editor->screen);
  el_wset(editor->line, EL_PREP_TERM, 0);
}

void editor_regain(struct editor *editor) {
  if (!editor->editing) return;
  el_wset(editor->line, EL_PREP_TERM, 1);
  if (editor->able) fputs(PASTE_BEGIN, editor->screen);
  el_resize(editor->line);
  if (!editor->hidden) editor_show(editor);
}

/* --- Keys ----------------------------------------------------------------- */

/* Ctrl-D: the end, if there is nothing on the line. */
static unsigned char delete_or_end(EditLine *line, int key) {
  const LineInfoW *info = el_wline(line);
  (void)key;
  if (info->lastchar == info->buffer) return CC_EOF;
  if (info->cursor == info->lastchar) return CC_ERROR;
  el_cursor(line, 1);
  el_deletestr(line, 1);
  return CC_REFRESH;
}

/* Drops the sequence that ended a pasted block, and one line end before it:
** whoever copies whole lines does not mean it to be entered. */
static size_t end_of_paste(const wchar_t *letters, size_t count,
                           size_t sequence) {
  count -= sequence;
  return count > 0 && letters[count - 1] == L'\n' ? count - 1 : count;
}

static bool ends_with(const wchar_t *letters, size_t count, const wchar_t *what,
                      size_t size) {
  return count >= size && wmemcmp(letters + count - size, what, size) == 0;
}

/* Up to the sequence that ends it. NULL: the line was left, or there is no
** memory. */
static wchar_t *read_paste(struct editor *editor) {
  static const wchar_t end[] = L"\033[201~";
  size_t size = sizeof end / sizeof *end - 1, count = 0;
  wchar_t *letters =
      memory_alloc((EDITOR_PASTED_LARGEST + 16) * sizeof *letters);
  while (letters != NULL && !ends_with(letters, count, end, size)) {
    if (count > EDITOR_PASTED_LARGEST) { /* the last ones may be the end's */
      wmemmove(letters, letters + count - size, size);
      count = size;
      editor->full = true;
    }
    if (el_wgetc(editor->line, &letters[count]) != 1) {
      memory_free(letters);
      return NULL;
    }
    if (letters[count] == L'\r') letters[count] = L'\n';
    count++;
  }
  if (letters != NULL) letters[end_of_paste(letters, count, size)] = L'\0';
  return letters;
}

static unsigned char paste(EditLine *line, int key) {
  struct editor *editor = editor_of(line);
  wchar_t *letters;
  (void)key;
  editor->pasting = true;
  letters = read_paste(editor);
  editor->pasting = false;
  if (letters == NULL) return editor->cut != EDITOR_READY ? CC_EOF : CC_ERROR;
  if (!editor->full) el_winsertstr(line, letters);
  memory_free(letters);
  return CC_REFRESH;
}

/* --- Completion ----------------------------------------------------------- */

static void list_candidates(struct editor *editor,
                            const struct completion *completion) {
  struct buffer text;
  int columns, rows;
  buffer_init(&text);
  screen_size(editor->output, &columns, &rows);
  completion_list(completion, columns, rows, &text);
  leave_line(editor, "");
  fwrite(buffer_bytes(&text), 1, buffer_size(&text), editor->screen);
  buffer_deinit(&text);
  editor_show(editor);
}

/* In place of the last `replaced` bytes of what is before the cursor. */
static void replace(EditLine *line, const struct buffer *before,
                    size_t replaced, const char *text, size_t size) {
  size_t kept = buffer_size(before) - replaced;
  wchar_t *letters = wide_new(buffer_bytes(before) + kept, replaced);
  if (letters == NULL) return;
  el_deletestr(line, (int)wcslen(letters));
  memory_free(letters);
  letters = wide_new(text, size);
  if (letters == NULL) return;
  el_winsertstr(line, letters);
  memory_free(letters);
}

static bool adds_nothing(const struct completion *completion,
                         const struct buffer *before) {
  size_t kept = buffer_size(before) - completion->replaced;
  if (completion->common == 0) return true;
  return completion->common <= completion->replaced &&
         memcmp(buffer_bytes(before) + kept, completion->candidates,
                completion->common) == 0;
}

/* A second Tab is one that comes when nothing has changed since the first. */
static bool is_second(struct editor *editor) {
  const LineInfoW *line = el_wline(editor->line);
  size_t size = line_size(editor->line);
  size_t at = (size_t)(line->cursor - line->buffer) + 1;
  bool second = editor->completed_size == size && editor->completed_at == at;
  editor->completed_size = size;
  editor->completed_at = at;
  return second;
}

static unsigned char use(struct editor *editor, const struct buffer *before,
                         const struct buffer *answer) {
  struct completion completion;
  if (!completion_read(&completion, buffer_bytes(answer), buffer_size(answer),
                       buffer_size(before)))
    return CC_ERROR;
  if (adds_nothing(&completion, before)) {
    if (completion.count == 1) return CC_NORM;
    if (!is_second(editor)) return CC_ERROR;
    list_candidates(editor, &completion);
    return CC_NORM;
  }
  replace(editor->line, before, completion.replaced, completion.candidates,
          completion.common);
  is_second(editor);
  return completion.count == 1 ? CC_REFRESH : CC_REFRESH_BEEP;
}

static unsigned char complete(EditLine *line, int key) {
  struct editor *editor = editor_of(line);
  const LineInfoW *info = el_wline(line);
  struct buffer before, answer;
  unsigned char code;
  (void)key;
  buffer_init(&before);
  buffer_init(&answer);
  wide_append(&before, info->buffer, (size_t)(info->cursor - info->buffer));
  editor->face->complete(editor->context, buffer_bytes(&before),
                         buffer_size(&before), &answer);
  code = use(editor, &before, &answer);
  buffer_deinit(&before);
  buffer_deinit(&answer);
  return code;
}

/* --- Making one ----------------------------------------------------------- */

/* What the locale says, if that is UTF-8. */
static locale_t find_locale(void) {
  locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
  if (locale != (locale_t)0) {
    if (strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0) return locale;
    freelocale(locale);
  }
  return newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static void bind_keys(EditLine *line) {
  static const wchar_t *const keys[][2] = {
      {L"^I", L"troupe-complete"},    {L"^D", L"troupe-delete-or-end"},
      {L"^R", L"em-inc-search-prev"}, {L"\\e[3~", L"ed-delete-next-char"},
      {L"\\e[1~", L"ed-move-to-beg"}, {L"\\e[4~", L"ed-move-to-end"},
      {L"\\e[H", L"ed-move-to-beg"},  {L"\\e[F", L"ed-move-to-end"},
      {L"\\e[1;5C", L"em-next-word"}, {L"\\e[1;5D", L"ed-prev-word"},
      {L"\\e[200~", L"troupe-paste"}};
  el_wset(line, EL_ADDFN, L"troupe-complete", L"Complete", complete);
  el_wset(line, EL_ADDFN, L"troupe-paste", L"Insert a pasted block", paste);
  el_wset(line, EL_ADDFN, L"troupe-delete-or-end",
          L"Delete the next character, or end the input", delete_or_end);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    el_wset(line, EL_BIND, keys[i][0], keys[i][1], NULL);
}

static void add_to_history(void *context, const char *text, size_t size) {
  struct editor *editor = context;
  wchar_t *letters = wide_new(text, size);
  HistEventW event;
  if (letters == NULL) return;
  history_w(editor->history, &event, H_ENTER, letters);
  memory_free(letters);
}

static bool is_newest(struct editor *editor, const wchar_t *letters) {
  HistEventW event;
  return history_w(editor->history, &event, H_FIRST) == 0 &&
         wcscmp(event.str, letters) == 0;
}

void editor_remember(struct editor *editor, const char *text, size_t size) {
  wchar_t *letters = wide_new(text, size);
  if (letters == NULL) return;
  if (!is_newest(editor, letters)) {
    add_to_history(editor, text, size);
    past_add(editor->past, text, size);
  }
  memory_free(letters);
}

static bool set_up_history(struct editor *editor) {
  HistEventW event;
  editor->history = history_winit();
  if (editor->history == NULL) return false;
  history_w(editor->history, &event, H_SETSIZE, PAST_LARGEST);
  history_w(editor->history, &event, H_SETUNIQUE, 1);
  editor->past = past_open();
  past_read(editor->past, add_to_history, editor);
  return true;
}

static bool set_up_line(struct editor *editor) {
  EditLine *line = el_init_fd("troupe", stdin, editor->screen, editor->screen,
                              editor->input, editor->output, editor->output);
  editor->line = line;
  if (line == NULL) return false;
  el_wset(line, EL_CLIENTDATA, editor);
  el_wset(line, EL_EDITOR, L"emacs");
  el_wset(line, EL_PROMPT_ESC, show_prompt, (int)SCREEN_LITERAL);
  el_wset(line, EL_HIST, history_w, editor->history);
  el_wset(line, EL_GETCFN, get_character);
  el_source(line, NULL); /* the user's .editrc */
  bind_keys(line);
  return true;
}

struct editor *editor_new(int input, int output, const struct editor_face *face,
                          void *context) {
  struct editor *editor = memory_zalloc(sizeof *editor);
  if (editor == NULL) return NULL;
  editor->input = input;
  editor->output = output;
  editor->face = face;
  editor->context = context;
  editor->able = screen_is_able();
  editor->locale = find_locale();
  if (editor->locale != (locale_t)0) editor->former = uselocale(editor->locale);
  editor->screen = fdopen(fcntl(output, F_DUPFD_CLOEXEC, 0), "w");
  if (editor->screen != NULL && set_up_history(editor) && set_up_line(editor))
    return editor;
  editor_free(editor);
  return NULL;
}

void editor_free(struct editor *editor) {
  if (editor == NULL) return;
  if (editor->line != NULL) el_end(editor->line);
  if (editor->history != NULL) history_wend(editor->history);
  past_close(editor->past);
  if (editor->screen != NULL) fclose(editor->screen);
  if (editor->former != (locale_t)0) uselocale(editor->former);
  if (editor->locale != (locale_t)0) freelocale(editor->locale);
  memory_free(editor);
}

/* --- Reading a line ------------------------------------------------------- */

/* A prompt that nothing was typed at, as there is nobody any more who would
** hear it, does not stay. */
static void end_line(struct editor *editor) {
  if (editor->cut == EDITOR_LEAVE && editor->able &&
      line_size(editor->line) == 0)
    erase(editor);
  else
    leave_line(editor, editor->cut == EDITOR_INTERRUPTED ? "^C" : "");
}

/* libedit counts the line end that it has put there. */
static void take_line(const wchar_t *letters, int count, struct buffer *line) {
  size_t size = (size_t)count;
  if (size > 0 && letters[size - 1] == L'\n') size--;
  wide_append(line, letters, size);
}

enum editor_outcome editor_read(struct editor *editor, const char *prompt,
                                size_t prompt_size, struct buffer *line) {
  const wchar_t *letters;
  int count;
  ASSERT(!editor->editing, "one line at a time");
  screen_prompt(prompt, prompt_size, editor->prompt, editor->plain_prompt);
  editor->cut = EDITOR_READY;
  editor->full = false;
  editor->editing = true;
  editor->completed_at = 0;
  if (editor->able) fputs(PASTE_BEGIN, editor->screen);
  letters = el_wgets(editor->line, &count);
  editor->editing = false;
  if (letters != NULL && editor->cut == EDITOR_READY && !editor->full)
    take_line(letters, count, line);
  else if (letters == NULL)
    end_line(editor);
  if (editor->able) fputs(PASTE_END, editor->screen);
  fflush(editor->screen);
  if (editor->cut != EDITOR_READY) return EDITOR_CUT;
  if (letters == NULL) return EDITOR_END;
  return editor->full ? EDITOR_FULL : EDITOR_LINE;
}
