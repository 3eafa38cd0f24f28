# The work of ../load.lua for Erlang/OTP, through the API that an Elixir
# programmer uses, for figures side by side:
#
#   elixir --erl "+P 4000000" scripts/todo/peers/load.exs [--count N]
#     [--batch N] [--writes N] [--workers N] [--cache registry|process]
#
# --cache registry: Registry and DynamicSupervisor (the default).
# --cache process: one cache process with a map in front of all servers.

defmodule Peer.Database do
  # Workers chosen in the caller by the name's hash; a file a list.
  defmodule Worker do
    use GenServer

    def start_link({folder, index}) do
      GenServer.start_link(__MODULE__, folder, name: via(index))
    end

    def via(index), do: {:via, Registry, {Peer.Names, {:worker, index}}}

    @impl true
    def init(folder), do: {:ok, folder}

    @impl true
    def handle_cast({:store, name, bytes}, folder) do
      path = Path.join(folder, name <> ".list")
      File.write!(path <> ".new", bytes)
      File.rename!(path <> ".new", path)
      {:noreply, folder}
    end

    @impl true
    def handle_call({:get, name}, _from, folder) do
      reply =
        case File.read(Path.join(folder, name <> ".list")) do
          {:ok, bytes} -> bytes
          {:error, :enoent} -> nil
        end

      {:reply, reply, folder}
    end
  end

  def start(folder, workers) do
    File.mkdir_p!(folder)
    :persistent_term.put({__MODULE__, :workers}, workers)

    children =
      for index <- 0..(workers - 1) do
        Supervisor.child_spec({Worker, {folder, index}}, id: index)
      end

    Supervisor.start_link(children, strategy: :one_for_one)
  end

  def store(name, value) do
    GenServer.cast(worker(name), {:store, name, :erlang.term_to_binary(value)})
  end

  def get(name) do
    bytes = GenServer.call(worker(name), {:get, name})
    bytes && :erlang.binary_to_term(bytes)
  end

  defp worker(name) do
    workers = :persistent_term.get({__MODULE__, :workers})
    Worker.via(:erlang.phash2(name, workers))
  end
end

defmodule Peer.List do
  defstruct next_id: 1, entries: %{}

  def add(list, entry) do
    entry = Map.put(entry, :id, list.next_id)
    entries = Map.put(list.entries, list.next_id, entry)
    %Peer.List{next_id: list.next_id + 1, entries: entries}
  end

  def entries(list, date) do
    list.entries
    |> Map.values()
    |> Enum.filter(&(&1.date == date))
    |> Enum.sort_by(& &1.id)
  end
end

defmodule Peer.Server do
  use GenServer, restart: :temporary

  @idle :timer.seconds(10)

  def start_link(name), do: GenServer.start_link(__MODULE__, name, name: via(name))
  def start(name), do: GenServer.start(__MODULE__, name)
  def via(name), do: {:via, Registry, {Peer.Names, name}}
  def add_entry(pid, entry), do: GenServer.cast(pid, {:add_entry, entry})
  def entries(pid, date), do: GenServer.call(pid, {:entries, date})

  @impl true
  def init(name), do: {:ok, {name, nil}, {:continue, :load}}

  @impl true
  def handle_continue(:load, {name, nil}) do
    {:noreply, {name, Peer.Database.get(name) || %Peer.List{}}, @idle}
  end

  @impl true
  def handle_cast({:add_entry, entry}, {name, list}) do
    list = Peer.List.add(list, entry)
    Peer.Database.store(name, list)
    {:noreply, {name, list}, @idle}
  end

  @impl true
  def handle_call({:entries, date}, _from, {_, list} = state) do
    {:reply, Peer.List.entries(list, date), state, @idle}
  end

  @impl true
  def handle_info(:timeout, state), do: {:stop, :normal, state}
end

defmodule Peer.RegistryCache do
  def start do
    DynamicSupervisor.start_link(strategy: :one_for_one, name: __MODULE__)
  end

  def server(name) do
    case Registry.lookup(Peer.Names, name) do
      [{pid, _}] -> pid
      [] -> start_server(name)
    end
  end

  defp start_server(name) do
    case DynamicSupervisor.start_child(__MODULE__, {Peer.Server, name}) do
      {:ok, pid} -> pid
      {:error, {:already_started, pid}} -> pid
    end
  end
end

defmodule Peer.ProcessCache do
  use GenServer

  def start, do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def server(name), do: GenServer.call(__MODULE__, {:server, name})

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_call({:server, name}, _from, servers) do
    case servers do
      %{^name => pid} ->
        {:reply, pid, servers}

      _ ->
        {:ok, pid} = Peer.Server.start(name)
        {:reply, pid, Map.put(servers, name, pid)}
    end
  end
end

defmodule Peer.Load do
  @lists_written 1000
  @date "2018-12-19"

  def main(arguments) do
    switches = [count: :integer, batch: :integer, writes: :integer,
                workers: :integer, cache: :string]

    {chosen, [], []} = OptionParser.parse(arguments, strict: switches)
    {:ok, _} = Registry.start_link(keys: :unique, name: Peer.Names)
    folder = Path.join(System.tmp_dir!(), "peer-load-#{System.pid()}")
    workers = Keyword.get(chosen, :workers, 3)
    {:ok, _} = Peer.Database.start(folder, workers)
    cache = cache_module(Keyword.get(chosen, :cache, "registry"))
    {:ok, _} = cache.start()
    lookups(cache, Keyword.get(chosen, :count, 1_000_000), Keyword.get(chosen, :batch, 20_000))
    writes(cache, Keyword.get(chosen, :writes, 20_000), workers)
    File.rm_rf!(folder)
  end

  defp cache_module("registry"), do: Peer.RegistryCache
  defp cache_module("process"), do: Peer.ProcessCache

  defp lookups(_cache, 0, _batch), do: :ok

  defp lookups(cache, count, batch) do
    {put, get} =
      Enum.reduce(1..count//batch, {0, 0}, fn first, {put, get} ->
        last = min(first + batch - 1, count)
        size = last - first + 1
        batch_put = microseconds(fn -> look_up(cache, first, last) end)
        batch_get = microseconds(fn -> look_up(cache, first, last) end)
        IO.puts("#{first}..#{last}: put #{us(batch_put / size)}, get #{us(batch_get / size)}")
        {put + batch_put, get + batch_get}
      end)

    IO.puts("put #{us(put / count)} each, get #{us(get / count)} each (#{count} lists)")
  end

  defp look_up(cache, first, last) do
    Enum.each(first..last, fn number -> cache.server("list-#{number}") end)
  end

  defp writes(_cache, 0, _workers), do: :ok

  defp writes(cache, count, workers) do
    spent =
      microseconds(fn ->
        Enum.each(1..count, fn number ->
          server = cache.server(name(number))
          Peer.Server.add_entry(server, %{date: @date, title: "Dentist"})
        end)

        Enum.each(1..min(count, @lists_written), fn number ->
          Peer.Server.entries(cache.server(name(number)), @date)
          Peer.Database.get(name(number))
        end)
      end)

    IO.puts("store #{us(spent / count)} each (#{count} writes, #{workers} workers)")
  end

  defp name(number), do: "written-#{rem(number, @lists_written)}"
  defp us(value), do: :erlang.float_to_binary(value / 1, decimals: 2) <> " us"

  defp microseconds(fun) do
    {spent, _} = :timer.tc(fun)
    spent
  end
end

Peer.Load.main(System.argv())
