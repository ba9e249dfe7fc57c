using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Tessera.ServiceDefaults.Tests;

public sealed class LogLinesTests : IDisposable
{
    private static readonly ActivitySource _source = new("Tessera.LogLinesTests");

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 27, 9, 30, 0, 5, TimeSpan.Zero));

    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == "Tessera.LogLinesTests",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
    };

    public LogLinesTests() => ActivitySource.AddActivityListener(_listener);

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void A_line_inside_of_a_handler_names_its_trace_event_stream_and_key()
    {
        using var handled = Handled();
        using var inner = _source.StartActivity("a statement");
        Assert.Equal(
            $"2026-11-27T09:30:00.005Z WRN PlaceOrder: Told twice ⏎ of 3 trace={handled.TraceId} event=e1 " +
            "stream=orders key=k 1 | InvalidOperationException: why <- FormatException: deeper\n",
            Write(new TextLines(_clock)));
    }

    [Fact]
    public void A_line_outside_of_everything_names_nothing() => Assert.Equal(
        "2026-11-27T09:30:00.005Z WRN PlaceOrder: Told twice ⏎ of 3 | " +
        "InvalidOperationException: why <- FormatException: deeper\n",
        Write(new TextLines(_clock)));

    [Fact]
    public void The_same_line_for_software_is_one_object_with_the_values_it_was_made_of()
    {
        using var handled = Handled();
        var line = Write(new JsonLines(_clock));
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        using var json = JsonDocument.Parse(line);
        string? Value(string name) => json.RootElement.GetProperty(name).GetString();
        Assert.Equal(
            ("2026-11-27T09:30:00.005Z", "Warning", "Tessera.Orders.PlaceOrder", "Told twice\nof 3"),
            (Value("time"), Value("level"), Value("category"), Value("message")));
        Assert.Equal(
            (handled.TraceId.ToString(), handled.SpanId.ToString(), "e1", "orders", "k 1"),
            (Value("trace"), Value("span"), Value("event"), Value("stream"), Value("key")));
        Assert.StartsWith("InvalidOperationException: why", Value("exception"), StringComparison.Ordinal);
        Assert.Equal("3", json.RootElement.GetProperty("values").GetProperty("Count").GetString());
    }

    [Theory]
    [InlineData(null, typeof(TextLines))]
    [InlineData("text", typeof(TextLines))]
    [InlineData("json", typeof(JsonLines))]
    public async Task Each_form_has_its_writer_and_nobody_else_has_its_name(string? form, Type writer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Tessera:Logs"] = form;
        builder.AddServiceDefaults("sample");
        await using var app = builder.Build();
        var name = app.Services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName;
        Assert.IsType(
            writer, Assert.Single(app.Services.GetServices<ConsoleFormatter>(), each => each.Name == name));
    }

    [Fact]
    public void Another_form_is_refused_by_the_name_of_its_key()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Tessera:Logs"] = "xml";
        var refused = Assert.Throws<InvalidOperationException>(() => builder.AddServiceDefaults("sample"));
        Assert.Contains("Tessera:Logs", refused.Message, StringComparison.Ordinal);
    }

    private static Activity Handled() => _source.StartActivity("process OrderPlaced")!
        .SetTag("messaging.message.id", "e1")
        .SetTag("messaging.destination.name", "orders")
        .SetTag("tessera.message.key", "k 1");

    private static string Write(ConsoleFormatter formatter)
    {
        var why = new InvalidOperationException("why", new FormatException("deeper"));
        KeyValuePair<string, object?>[] state = [new("Count", 3), new("{OriginalFormat}", "Told twice\nof {Count}")];
        using var text = new StringWriter();
        formatter.Write(
            new LogEntry<KeyValuePair<string, object?>[]>(
                LogLevel.Warning, "Tessera.Orders.PlaceOrder", default, state, why, (_, _) => "Told twice\nof 3"),
            null, text);
        return text.ToString();
    }
}
