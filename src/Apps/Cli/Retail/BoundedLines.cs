using System.Buffers;
using System.Text;

namespace Tessera.Cli.Retail;

/// <param name="Number">The first line of the file is 1.</param>
/// <param name="IsCut">It was longer than is read of a line; <paramref name="Text"/> is its beginning.</param>
internal readonly record struct TextLine(int Number, string Text, bool IsCut);

/// <summary>The lines of a file, whatever ends them, never more of one than a line of a table needs: a file that is
/// no table may be one line of gigabytes.</summary>
internal static class BoundedLines
{
    public const int LengthMax = 16_384;
    private const int BufferSize = 32_768;

    public static IEnumerable<TextLine> Of(TextReader text)
    {
        var buffer = ArrayPool<char>.Shared.Rent(BufferSize);
        try
        {
            var line = new StringBuilder();
            var (number, length, afterReturn) = (1, 0L, false);
            int count;
            while ((count = text.Read(buffer, 0, buffer.Length)) > 0)
            {
                for (var at = 0; at < count; at++)
                {
                    var letter = buffer[at];
                    var isSecondHalf = afterReturn && letter == '\n';
                    afterReturn = letter == '\r';
                    if (isSecondHalf) continue;
                    if (letter is '\r' or '\n')
                    {
                        yield return new TextLine(number++, line.ToString(), length > LengthMax);
                        line.Clear();
                        length = 0;
                        continue;
                    }
                    if (length++ < LengthMax) line.Append(letter);
                }
            }
            if (length > 0) yield return new TextLine(number, line.ToString(), length > LengthMax);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }
}
