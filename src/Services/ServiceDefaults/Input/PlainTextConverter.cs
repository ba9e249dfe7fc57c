using System.Text.Json;
using System.Text.Json.Serialization;
using Tessera.TextDefaults;

namespace Tessera.ServiceDefaults;

/// <summary>Each text of each JSON body is <see cref="PlainText"/>, and read in its composed form.</summary>
internal class PlainTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("The JSON value could not be read as a text.");
        var text = reader.GetString()!;
        return PlainText.FaultOf(text) is { } fault ? throw new JsonException(fault) : ComposedText.Compose(text);
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
