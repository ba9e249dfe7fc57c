using System.Text.Json;
using CsCheck;
using Tessera.ServiceDefaults;
using Tessera.Testing.Servers;

namespace Tessera.Services.Tests;

/// <summary>Whatever text stands in whatever member of whatever shape, the fault is the client's, and both databases
/// say the same. The members are read from the OpenAPI documents, so a new one is covered by itself.</summary>
public sealed class EveryTextTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    /// <summary>Whose tokens there are.</summary>
    private static readonly Func<LoneService, string>[] callers =
    [
        service => service.Operator, service => service.Customer,
        service => service.Tokens.Machine([.. Scopes.All]),
    ];

    [Theory]
    [MemberData(nameof(LoneService.Names), MemberType = typeof(LoneService))]
    public async Task No_text_in_any_member_is_a_failure_of_the_service(string name)
    {
        postgres.Require();
        await using var onSqlite = await LoneService.StartAsync(name, null);
        await using var onPostgres = await LoneService.StartAsync(name, postgres);
        var faults = new List<string>();
        foreach (var operation in await onSqlite.OperationsAsync())
        {
            var slots = operation.Slots().ToArray();
            if (slots.Length == 0) continue;
            var caller = await CallerAsync(onSqlite, operation);
            await CallerAsync(onPostgres, operation); // What the example leaves behind is there on both.
            foreach (var slot in slots)
            {
                await Texts.OfEveryClass.SampleAsync(
                    async samples =>
                    {
                        foreach (var sample in samples)
                        {
                            var call = operation.With(slot, sample.Text);
                            var answers = await Task.WhenAll(
                                AnswerAsync(onSqlite, call, caller), AnswerAsync(onPostgres, call, caller));
                            if (FaultOf(slot, sample, answers[0], answers[1]) is { } fault)
                                faults.Add($"{slot} = {JsonSerializer.Serialize(sample.Text)}: {fault}");
                        }
                    },
                    iter: 1, threads: 1);
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(40)) + $"\n{faults.Count} in all");
    }

    [Fact]
    public async Task No_text_in_a_form_of_the_token_server_is_a_failure_of_the_service()
    {
        postgres.Require();
        await using var onSqlite = await LoneService.StartAsync("Users", null);
        await using var onPostgres = await LoneService.StartAsync("Users", postgres);
        var faults = new List<string>();
        await Texts.OfEveryClass.SampleAsync(
            async samples =>
            {
                foreach (var (sample, call) in samples.SelectMany(one => Forms(one.Text), (one, call) => (one, call)))
                {
                    var statuses = await Task.WhenAll(
                        StatusAsync(onSqlite, call, service => service.Customer),
                        StatusAsync(onPostgres, call, service => service.Customer));
                    if (statuses.Max() >= 500 || statuses[0] != statuses[1])
                        faults.Add($"{call}: {statuses[0]} on SQLite, {statuses[1]} on PostgreSQL");
                    if (sample.IsForbidden && call.Target == "/connect/token" && statuses[0] is not (400 or 401))
                        faults.Add($"{call}: {statuses[0]}, though it is no text");
                }
            },
            iter: 1, threads: 1);
        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(40)) + $"\n{faults.Count} in all");
    }

    private static IEnumerable<Call> Forms(string text)
    {
        var value = Escape.ForUrl(text);
        var forms = new[]
        {
            $"grant_type=client_credentials&client_id=scripts&client_secret={value}",
            $"grant_type=client_credentials&client_id={value}&client_secret=wrong", $"grant_type={value}",
            $"grant_type=refresh_token&client_id=tessera-cli&refresh_token={value}",
            $"grant_type=refresh_token&client_id=tessera-cli&refresh_token=none&scope={value}",
            $"grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=tessera-cli&device_code={value}",
            $"client_id=tessera-cli&scope={value}", $"client_id=tessera-cli&{value}=1",
            $"client_id=tessera-cli&token={value}",
        };
        return
            from form in forms
            from path in new[] { "/connect/token", "/connect/revoke", "/connect/device" }
            select new Call("POST", path, form, "application/x-www-form-urlencoded");
    }

    private static string? FaultOf(Slot slot, Sample sample, Answer sqlite, Answer postgres)
    {
        var (onSqlite, onPostgres) = (sqlite.Status, postgres.Status);
        if (onSqlite >= 500 || onPostgres >= 500) return $"{onSqlite} on SQLite, {onPostgres} on PostgreSQL";
        if (onSqlite != onPostgres) return $"{onSqlite} on SQLite, but {onPostgres} on PostgreSQL";
        // In a path or a query half a pair has no form: what was sent is no UTF-8, and arrives as percent signs.
        var arrives = slot.In == "body" || !sample.Text.Any(char.IsSurrogate);
        if (arrives && sample.IsForbidden && onSqlite is not (400 or 404))
            return $"{onSqlite}, though it is no text";
        if (slot.In == "body" && onSqlite == 400
            && new[] { sqlite, postgres }.FirstOrDefault(answer => !answer.Names(slot.Name)) is { } answer)
        {
            return $"400 that does not name the member: {answer.Text}";
        }
        return slot is { In: "body", IsCodeOrEmail: true } && sample.IsInvisible && onSqlite != 400
            ? $"{onSqlite}, though nobody can see it"
            : null;
    }

    /// <summary>Whose token opens the endpoint. The request fits, so that each text comes where it is used.</summary>
    private static async Task<Func<LoneService, string>> CallerAsync(LoneService service, Operation operation)
    {
        var statuses = new List<int>();
        foreach (var caller in callers)
        {
            var status = await StatusAsync(service, operation.With(null, ""), caller);
            if (status is not (400 or 401 or 403 or 405 or 415 or >= 500)) return caller;
            statuses.Add(status);
        }
        throw new InvalidOperationException(
            $"{operation} takes no example: {string.Join(", ", statuses)} for {operation.With(null, "")}");
    }

    private static async Task<int> StatusAsync(LoneService service, Call call, Func<LoneService, string> caller) =>
        (await AnswerAsync(service, call, caller)).Status;

    private static async Task<Answer> AnswerAsync(LoneService service, Call call, Func<LoneService, string> caller)
    {
        using var response = await service.SendAsync(call, caller(service));
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private sealed record Answer(int Status, string Text)
    {
        public bool Names(string member) => Text.Contains(member, StringComparison.Ordinal);
    }
}
