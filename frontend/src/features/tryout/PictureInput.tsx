import { Button, FileButton, Slider, Switch, Text } from "@mantine/core";
import { IconEraser, IconPhoto, IconUpload } from "@tabler/icons-react";
import { type PointerEvent, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TrialRead } from "@/api";
import { notifyError } from "@/ui";
import { inkBox, place } from "./drawing";
import classes from "./tryout.module.css";

type Shape = NonNullable<TrialRead["picture"]>;

interface Props {
  shape: Shape;
  /** Whether what is drawn is one thing, which can be scaled to the size that it has in the data. */
  isOfInk: boolean;
  /** A data URL, or null where there is nothing. */
  onChange: (picture: string | null) => void;
}

const SIDE = 280;

/** What is drawn is looked at after every stroke. */
function contextOf(canvas: HTMLCanvasElement | null): CanvasRenderingContext2D | null {
  return (canvas?.getContext("2d", { willReadFrequently: true }) ?? null) as CanvasRenderingContext2D | null;
}
const SEND_EVERY_MS = 100;
const ACCEPTED = "image/png,image/jpeg,image/webp,image/gif,image/bmp";

/** A square to draw in; a picture is dropped, pasted or chosen. */
export function PictureInput({ shape, isOfInk, onChange }: Props) {
  const { t } = useTranslation("tryout");
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isCentred, setCentred] = useState(isOfInk);
  const [thickness, setThickness] = useState(
    Math.round((SIDE / Math.max(shape.width, shape.height)) * (shape.width > 12 ? 2 : 1)),
  );
  const [uploaded, setUploaded] = useState<string | null>(null);
  // The browser knows other formats than the server: a TIFF is answered, though nobody sees it here.
  const [unshown, setUnshown] = useState<string | null>(null);
  const last = useRef<{ x: number; y: number } | null>(null);
  const sent = useRef(0);
  const reset = useRef<() => void>(null);
  const ground = shape.is_light_on_dark ? "#000000" : "#ffffff";
  const ink = shape.is_light_on_dark ? "#ffffff" : "#000000";

  const clear = useCallback(() => {
    const context = contextOf(canvas.current);
    if (!context) return;
    context.fillStyle = ground;
    context.fillRect(0, 0, SIDE, SIDE);
    setUploaded(null);
    onChange(null);
  }, [ground, onChange]);
  useEffect(clear, [clear]);

  const send = useCallback(
    (isCentredNow: boolean) => {
      if (canvas.current !== null) onChange(toPicture(canvas.current, shape, ground, isCentredNow));
    },
    [onChange, shape, ground],
  );

  const take = useCallback(
    async (file: File | null) => {
      if (file === null) return;
      // The same file may be chosen again after a drawing.
      reset.current?.();
      try {
        const url = await readUrl(file);
        setUploaded(url);
        onChange(url);
      } catch (error) {
        notifyError(t("picture.unreadable"), error);
      }
    },
    [onChange, t],
  );
  const takeExample = () => {
    setUploaded(shape.example);
    onChange(shape.example);
  };
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
      if (file !== undefined) void take(file);
    };
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, [take]);

  const draw = (event: PointerEvent<HTMLCanvasElement>, isStart: boolean) => {
    const element = event.currentTarget;
    const context = contextOf(element);
    if (context === null || (!isStart && last.current === null)) return;
    const rect = element.getBoundingClientRect();
    const x = ((event.clientX - rect.left) / rect.width) * SIDE;
    const y = ((event.clientY - rect.top) / rect.height) * SIDE;
    // A line of no length draws nothing: a stroke begins as a dot.
    const from = last.current ?? { x: x - 0.01, y };
    context.strokeStyle = ink;
    context.lineWidth = thickness;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(x, y);
    context.stroke();
    last.current = { x, y };
    if (performance.now() - sent.current > SEND_EVERY_MS) {
      sent.current = performance.now();
      send(isCentred);
    }
  };
  const end = () => {
    if (last.current === null) return;
    last.current = null;
    send(isCentred);
  };

  return (
    <section className={classes.panel} aria-label={t("picture.title")}>
      <h2 className={classes.heading}>{t("picture.title")}</h2>
      <p className={classes.quiet}>{t("picture.hint")}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a place to drop a file; the button beside it does the same */}
      <div
        className={classes.pad}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer.files[0] ?? null);
        }}
      >
        <canvas
          ref={canvas}
          width={SIDE}
          height={SIDE}
          hidden={uploaded !== null}
          aria-label={t("picture.canvas")}
          role="img"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            last.current = null;
            draw(event, true);
          }}
          onPointerMove={(event) => draw(event, false)}
          onPointerUp={end}
          onPointerCancel={end}
          data-testid="draw-pad"
        />
        {uploaded !== null &&
          (unshown === uploaded ? (
            <p className={classes.quiet}>{t("picture.unshown")}</p>
          ) : (
            <img src={uploaded} alt={t("picture.uploaded")} onError={() => setUnshown(uploaded)} />
          ))}
      </div>
      <div className={classes.padTools}>
        <Button variant="default" size="compact-sm" leftSection={<IconEraser size={14} aria-hidden />} onClick={clear}>
          {t("picture.clear")}
        </Button>
        <FileButton resetRef={reset} accept={ACCEPTED} onChange={(file) => void take(file)}>
          {(props) => (
            <Button {...props} variant="default" size="compact-sm" leftSection={<IconUpload size={14} aria-hidden />}>
              {t("picture.choose")}
            </Button>
          )}
        </FileButton>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPhoto size={14} aria-hidden />}
          onClick={takeExample}
          data-testid="picture-example"
        >
          {t("picture.example")}
        </Button>
        {isOfInk && (
          <Switch
            size="xs"
            label={t("picture.centre")}
            checked={isCentred}
            onChange={(event) => {
              setCentred(event.currentTarget.checked);
              if (uploaded === null) send(event.currentTarget.checked);
            }}
          />
        )}
      </div>
      <div className={classes.padTools}>
        <Text size="sm" id="pen-width">
          {t("picture.pen")}
        </Text>
        <Slider
          w={140}
          size="sm"
          min={2}
          max={60}
          value={thickness}
          onChange={setThickness}
          thumbProps={{ "aria-labelledby": "pen-width" }}
        />
      </div>
    </section>
  );
}

/** The drawing as a picture; null where nothing is drawn. */
function toPicture(canvas: HTMLCanvasElement, shape: Shape, ground: string, isCentred: boolean): string | null {
  const context = contextOf(canvas);
  if (context === null) return null;
  const box = inkBox(context.getImageData(0, 0, SIDE, SIDE).data, SIDE, SIDE, shape.is_light_on_dark);
  if (box === null) return null;
  if (!isCentred) return canvas.toDataURL("image/png");
  const copy = document.createElement("canvas");
  copy.width = copy.height = SIDE;
  const target = copy.getContext("2d");
  if (target === null) return null;
  target.fillStyle = ground;
  target.fillRect(0, 0, SIDE, SIDE);
  const to = place(box, SIDE, shape.ink_share);
  target.drawImage(canvas, box.left, box.top, box.width, box.height, to.left, to.top, to.width, to.height);
  return copy.toDataURL("image/png");
}

function readUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
}
