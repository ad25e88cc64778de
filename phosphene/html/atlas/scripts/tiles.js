// Decoded pictures, the last used of them kept: an icon's tile has 1 MB at 512 px.

const KEPT = matchMedia("(max-width: 40rem)").matches ? 24 : 64;

class Tiles {
  #most = KEPT;
  #pictures = new Map(); // name: ImageBitmap, or null while it arrives; in the order of use

  /** arrived: called after each picture that came.  failed: with the error of one that did not. */
  constructor(arrived, failed) {
    Object.assign(this, { arrived, failed });
  }

  /** The picture of a name, or nothing, and then it is on its way. */
  get(name) {
    const picture = this.#pictures.get(name);
    this.#pictures.delete(name);
    this.#pictures.set(name, picture ?? null);
    if (picture === undefined) this.#bring(name);
    return picture;
  }

  /** So many pictures are in sight at once: what is in sight is never forgotten. */
  room(count) {
    this.#most = Math.max(KEPT, 2 * count);
  }

  async #bring(name) {
    try {
      const picture = await decoded(await load(name));
      if (!this.#pictures.has(name)) return picture.close(); // no longer in view
      this.#pictures.set(name, picture);
      this.#forget();
      this.arrived();
    } catch (error) {
      this.failed(error);
    }
  }

  #forget() {
    for (const [name, picture] of this.#pictures) {
      if (this.#pictures.size <= this.#most) return;
      picture?.close();
      this.#pictures.delete(name);
    }
  }
}

async function decoded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return createImageBitmap(image);
}
