using System.Text;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;

namespace Tessera.Messaging.Moving;

/// <summary>
/// The pair of messages that joins a partition's two halves: the last one in the old broker, and the one
/// in the new broker behind which nothing is handled before the other has been seen. CloudEvents, so foreign
/// readers may take or leave them.
/// </summary>
/// <param name="Move">The identity of the move, and of the closing marker.</param>
/// <param name="IsClosing">Whether this is the one in the old broker.</param>
/// <param name="From">The old broker's name.</param>
internal sealed record MoveMarker(Guid Move, bool IsClosing, string From)
{
    private const string ClosedType = "tessera.partition-closed.v1";
    private const string OpenedType = "tessera.partition-opened.v1";

    public static MoveMarker? Read(WireMessage message)
    {
        string? type = null, move = null, from = null;
        foreach (var (name, value) in message.Attributes)
        {
            if (name == "type") type = value;
            else if (name == "tesseramove") move = value;
            else if (name == "tesserafrom") from = value;
        }
        if (type is not (ClosedType or OpenedType) || from is null
            || !Guid.TryParseExact(move, "D", out var id)) return null;
        return new MoveMarker(id, type == ClosedType, from);
    }

    public WireMessage Write(string stream, string source, int partition, DateTimeOffset now)
    {
        var id = (IsClosing ? Move : EventIds.OfContent(Move.ToByteArray())).ToString("D");
        return new WireMessage(
            stream, partition, null, id, WireFormat.Json,
            [
                new("specversion", "1.0"), new("id", id), new("source", source),
                new("type", IsClosing ? ClosedType : OpenedType),
                new("time", Timestamps.Format(now)), new("tesseramove", Move.ToString("D")), new("tesserafrom", From),
            ],
            Encoding.UTF8.GetBytes("{}"));
    }
}
