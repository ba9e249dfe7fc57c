using System.CommandLine;
using System.Globalization;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shop;

/// <summary>Which parked messages a command is about.</summary>
internal sealed record ParkedFilter(
    string? Service, string? Stream, string? Key, Guid? EventId, string? Type, string? Cause, DateTimeOffset? From,
    DateTimeOffset? To)
{
    /// <summary>Whether it names nothing but a service.</summary>
    public bool IsEmpty => this with { Service = null } == new ParkedFilter(
        null, null, null, null, null, null, null, null);

    public string Query()
    {
        (string Name, string? Value)[] parts =
        [
            ("stream", Stream), ("key", Key), ("eventId", EventId?.ToString()), ("type", Type), ("cause", Cause),
            ("from", From?.ToString("o", CultureInfo.InvariantCulture)),
            ("to", To?.ToString("o", CultureInfo.InvariantCulture)),
        ];
        return string.Concat(parts.Where(part => part.Value is not null)
            .Select(part => $"&{part.Name}={Uri.EscapeDataString(part.Value!)}"));
    }
}

/// <summary>The words of the command line for it.</summary>
internal sealed class ParkedOptions
{
    private readonly Option<string> _data = UpOptions.Data();
    private readonly Option<Uri?> _gateway = Store.GatewayOption();
    private readonly Option<string?> _service = Text("--service", "NAME", "Only in this service.");
    private readonly Option<string?> _stream = Text("--stream", "NAME", "Only of this stream.");
    private readonly Option<string?> _key = Text("--key", "KEY", "Only of this key, such as an order's id.");
    private readonly Option<string?> _type = Text("--type", "TYPE", "Only of this type of event.");
    private readonly Option<string?> _cause = Text(
        "--cause", "REASON", "Only what was parked for this reason, in which * stands for any text.");
    private readonly Option<Guid?> _event = new("--event") { Description = "Only this event.", HelpName = "ID" };
    private readonly Option<DateTimeOffset?> _from = Time("--from", "Only what was parked then or later.");
    private readonly Option<DateTimeOffset?> _to = Time("--to", "Only what was parked before then.");

    public void AddTo(Command command)
    {
        Option[] options = [_service, _stream, _key, _event, _type, _cause, _from, _to, _data, _gateway];
        foreach (var option in options) command.Add(option);
    }

    public ParkedFilter Read(ParseResult parsed) => new(
        parsed.GetValue(_service), parsed.GetValue(_stream), parsed.GetValue(_key), parsed.GetValue(_event),
        parsed.GetValue(_type), parsed.GetValue(_cause), parsed.GetValue(_from), parsed.GetValue(_to));

    public Store OpenStore(ParseResult parsed) =>
        Store.Open(parsed.GetRequiredValue(_data), parsed.GetValue(_gateway), TimeProvider.System);

    private static Option<string?> Text(string name, string value, string words) =>
        new(name) { Description = words, HelpName = value };

    private static Option<DateTimeOffset?> Time(string name, string words) =>
        new(name) { Description = words, HelpName = "TIME" };
}
