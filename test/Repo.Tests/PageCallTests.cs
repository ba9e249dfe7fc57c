using System.Text.Json;
using Xunit;

namespace Tessera.Repo.Tests;

public sealed class PageCallTests
{
    private static readonly IReadOnlyList<PageCallRules.Operation> _notes = Operations("""
        { "paths": { "/notes/{id}": { "put": {
            "parameters": [{ "in": "query", "name": "draft" }, { "in": "path", "name": "id" }],
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/s/NoteRequest" } } } },
            "responses": {
                "200": { "content": { "application/json": { "schema": { "$ref": "#/s/NoteView" } } } },
                "404": { "description": "No such note." } } } } } }
        """);

    [Fact]
    public void What_the_pages_ask_of_the_store_is_what_the_services_offer()
    {
        var operations = Repository.Files("openapi.json")
            .Where(path => path.StartsWith("contracts/", StringComparison.Ordinal))
            .Where(path => !path.Contains("/released/", StringComparison.Ordinal))
            .SelectMany(path => Operations(Repository.Read(path))).ToList();
        var calls = Repository.Files(".cs")
            .Where(path => path.StartsWith("src/Apps/Web/", StringComparison.Ordinal)
                || path.StartsWith("src/Apps/Ops/", StringComparison.Ordinal))
            .Select(path => (Path: path, Calls: PageCallRules.CallsIn(Repository.Read(path)).ToList())).ToList();

        Assert.True(calls.Sum(file => file.Calls.Count(call => call.Path is not null)) > 50, "No calls found.");
        Assert.Empty(calls.SelectMany(file => PageCallRules.Violations(file.Path, file.Calls, operations)));
    }

    [Theory]
    [InlineData("SendAsync<NoteView>(HttpMethod.Put, $'/notes/{id}?draft={Yes('a')}', stop, new NoteRequest(1));")]
    [InlineData("SendAsync<Done>(method, $'/notes/{Uri.EscapeDataString(id)}', stop);")]
    [InlineData("SendAsync<Done>(HttpMethod.Put, $'/services/{service}/notes/{id}', stop);")]
    [InlineData("SendAsync<T>(HttpMethod method, string path, string note = '/nowhere');")]
    public void Lets_pass_what_is_offered(string code) => Assert.Empty(Violations(code));

    [Theory]
    [InlineData("SendAsync<NoteView>(HttpMethod.Put, $'/note/{id}');", "no service has such an operation")]
    [InlineData("GetAsync<NoteView>($'/notes/{id}');", "no service has such an operation")]
    [InlineData("SendAsync<TextView>(HttpMethod.Put, $'/notes/{id}');", "what is answered is NoteView")]
    [InlineData("SendAsync<Done>(HttpMethod.Put, $'/notes/{id}', new TextRequest(1));", "what is taken is NoteRequest")]
    [InlineData("SendAsync<NoteView>(HttpMethod.Put, $'/notes/{id}?old={a}');", "with ?old=")]
    public void Catches_what_is_not(string code, string fault) =>
        Assert.Contains(fault, Assert.Single(Violations(code)), StringComparison.Ordinal);

    private static IEnumerable<string> Violations(string code) =>
        PageCallRules.Violations("Page.cs", PageCallRules.CallsIn(code.Replace('\'', '"')), _notes);

    private static List<PageCallRules.Operation> Operations(string document)
    {
        using var read = JsonDocument.Parse(document);
        return [.. PageCallRules.OperationsOf(read.RootElement)];
    }
}
